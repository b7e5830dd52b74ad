//! Expansions as tokens: what must be there whatever the user has typed so far.

use super::*;

fn tokens(text: &str) -> TokenStream {
    text.parse().expect("these are tokens")
}

fn expanded(attribute: Attribute, item: &str) -> String {
    // The crate is looked up by the environment otherwise.
    expand(attribute, quote!(crate = rt), tokens(item)).to_string()
}

/// Whether `needle` is in `haystack`. The brackets of no parameters are not looked at.
fn has(haystack: &str, needle: &str) -> bool {
    let dense = |text: &str| {
        text.split_whitespace()
            .collect::<String>()
            .replace("<>", "")
    };
    dense(haystack).contains(&dense(&tokens(needle).to_string()))
}

/// P61
#[test]
fn a_half_typed_body_still_expands() {
    let body = "{ let y = x. }";
    for (attribute, item, signature) in [
        (
            Attribute::Coroutine,
            "pub async fn f(x: &str) -> u8",
            "pub fn f(x: &str) -> rt::__private::JoinHandle<u8>",
        ),
        (
            Attribute::Coroutine,
            "async fn f(&self, x: u8)",
            "fn f(&self, x: u8) -> rt::__private::JoinHandle<()>",
        ),
        (
            Attribute::Main,
            "async fn main() -> Result<(), E>",
            "fn main() -> Result<(), E>",
        ),
        (Attribute::Test, "async fn t()", "fn t()"),
    ] {
        let output = expanded(attribute, &format!("{item} {body}"));
        assert!(has(&output, signature), "{output}");
        assert!(has(&output, "let y = "), "{output}");
        assert!(!output.contains("compile_error"), "{output}");
    }
}

/// P61
#[test]
fn a_refused_signature_is_there_all_the_same() {
    for (item, signature) in [
        (
            "async fn f(x: &mut u8) -> u8 { 1 }",
            "fn f(x: &mut u8) -> rt::__private::JoinHandle<u8>",
        ),
        (
            "async unsafe extern \"C\" fn f() {}",
            "fn f() -> rt::__private::JoinHandle<()>",
        ),
        (
            "async fn f(x: &u8) -> &u8 { x }",
            "fn f(x: &u8) -> rt::__private::JoinHandle<&'static u8>",
        ),
        (
            "async fn f(&self) -> u8;",
            "fn f(&self) -> rt::__private::JoinHandle<u8>;",
        ),
        (
            "fn f() -> u8 { 1 }",
            "fn f() -> rt::__private::JoinHandle<u8>",
        ),
        (
            "async fn f(x: str, y: u8) -> str {}",
            "fn f(x: &str, y: u8) -> rt::__private::JoinHandle<::std::string::String>",
        ),
        (
            "async fn f(self) -> Result<_, ()> {}",
            "fn f<__GlibCoroUnknown>(self) -> rt::__private::JoinHandle<Result<__GlibCoroUnknown, ()>>",
        ),
        (
            "fn f() -> impl Future<Output = u8> { async { 1 } }",
            "fn f() -> rt::__private::JoinHandle<u8>",
        ),
        ("struct S;", "struct S;"),
        ("impl S { fn f() {} }", "impl S { fn f() {} }"),
    ] {
        let output = expanded(Attribute::Coroutine, item);
        assert!(output.contains("compile_error"), "{output}");
        assert!(has(&output, signature), "{output}");
    }
}

/// P61
#[test]
fn what_is_no_item_yet_stays() {
    for item in [
        "",
        "async",
        "pub async fn",
        "async fn f(",
        "async fn f(x:) {}",
        "async fn f() -> {}",
        "async fn f() ->",
    ] {
        let Ok(tokens) = item.parse::<TokenStream>() else {
            continue;
        };
        for attribute in Attribute::ALL {
            let output = expand(attribute, quote!(crate = rt), tokens.clone()).to_string();
            assert!(output.contains("compile_error"), "{output}");
            assert!(output.ends_with(&tokens.to_string()), "{output}");
        }
    }
}

#[test]
fn the_body_is_untouched() {
    let body = "{ #![allow(x)] let y = f(a, |b| b)?; macro! { weird ~ tokens } y }";
    for attribute in Attribute::ALL {
        let output = expanded(attribute, &format!("async fn f() -> u8 {body}"));
        assert!(has(&output, body), "{output}");
    }
}

/// Every path that the expansion itself brings starts at the crate, so that nothing in the user's scope matters.
#[test]
fn only_paths_from_the_crate() {
    const KEYWORDS: &[&str] = &[
        "async", "await", "const", "fn", "let", "move", "self", "Self", "if", "false", "return",
        "pub", "_", "static",
    ];
    for item in [
        "async fn f(x: &str, (y, z): (u8, u8)) -> Result<u8, E> {}",
        "async fn f(&self, x: &str, (y, z): (u8, u8)) -> Result<u8, E> {}",
        "async fn f() -> ! {}",
        "async fn f(&self) {}",
    ] {
        for options in [
            quote!(),
            quote!(detach),
            quote!(returns = true, priority = "idle"),
            quote!(overlap = "queue"),
        ] {
            let output = expand(
                Attribute::Coroutine,
                quote!(crate = rt, #options),
                tokens(item),
            );
            let mut strangers = Vec::new();
            strangers_in(output, &mut strangers);
            strangers.retain(|word| {
                !KEYWORDS.contains(&&**word)
                    && !tokens(item).to_string().contains(word.as_str())
                    && !word.starts_with("__glib_coro_")
                    && ![
                        "arg0",
                        "arg1",
                        "arg2",
                        "future",
                        // A user's name, if there is none like it.
                        "self_",
                        "true",
                        "rt",
                        "track_caller",
                        // Alone in its block.
                        "SITE",
                        // A lint's name.
                        "allow",
                        "clippy",
                    ]
                    .contains(&&**word)
            });
            assert_eq!(strangers, [] as [String; 0], "{item}");
        }
    }
}

/// The words that do not follow a `::` or a `.`.
fn strangers_in(tokens: TokenStream, strangers: &mut Vec<String>) {
    let mut previous = ' ';
    for token in tokens {
        match token {
            TokenTree::Ident(word) => {
                if previous != ':' && previous != '.' {
                    strangers.push(word.to_string());
                }
                previous = ' ';
            }
            TokenTree::Punct(punct) => previous = punct.as_char(),
            TokenTree::Group(group) => {
                strangers_in(group.stream(), strangers);
                previous = ' ';
            }
            TokenTree::Literal(_) => previous = ' ',
        }
    }
}
