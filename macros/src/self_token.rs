//! Renames `self` in a body that moves into a closure.
//!
//! A closure borrows the method's `self`, and a coroutine must not borrow. So the closure is lent a clone, and what was `self` in the
//! body is the name of that, with the span of the user's token.

mod format;

use proc_macro2::{Delimiter, Group, Ident, Spacing, Span, TokenStream, TokenTree};

/// Replaces each `self` that means the method's receiver. In items inside the body it means another one and stays.
///
/// So it does in a string that a macro may format or not. The first of these is noted in `stray`.
pub(crate) fn rename(tokens: TokenStream, name: &str, stray: &mut Option<Span>) -> TokenStream {
    let mut renamed = TokenStream::new();
    let mut tokens = tokens.into_iter().peekable();
    let mut item = None;
    let mut visibility = false;
    let mut comma = false;
    let mut call = Call::default();
    while let Some(token) = tokens.next() {
        let after_comma = comma;
        comma = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == ',');
        let token = match (item, token) {
            // Up to the end of a nested item: its body, or the `;` of one without.
            (Some(end), token) => {
                if ends(end, &token) {
                    item = None;
                }
                token
            }
            (None, TokenTree::Ident(word)) => {
                let next = tokens.peek();
                item = starts_item(&word, next);
                visibility = word == "pub";
                let another =
                    next.is_some_and(|next| starts_path(next) || after_comma && assigns(next));
                let token = if word == "self" && !another {
                    Ident::new(name, word.span())
                } else {
                    word.clone()
                };
                call = Call::Name(word);
                token.into()
            }
            // `pub(self)`
            (None, TokenTree::Group(group)) if visibility => {
                visibility = false;
                group.into()
            }
            (None, TokenTree::Group(group)) if call.shows_tokens() => group.into(),
            (None, TokenTree::Group(group)) => {
                let mut inside = rename(group.stream(), name, stray);
                if let Call::Macro(called) = &call {
                    let mut arguments: Vec<TokenTree> = inside.into_iter().collect();
                    if let Err(span) = format::rename(&called.to_string(), &mut arguments, name) {
                        stray.get_or_insert(span);
                    }
                    inside = arguments.into_iter().collect();
                }
                call = Call::None;
                let mut inside = Group::new(group.delimiter(), inside);
                inside.set_span(group.span());
                inside.into()
            }
            (None, token) => {
                call = call.then(&token);
                token
            }
        };
        renamed.extend([token]);
    }
    renamed
}

/// How much of `name!(…)` has been read.
#[derive(Default)]
enum Call {
    #[default]
    None,
    /// What may be the name of a macro.
    Name(Ident),
    /// The `!` as well.
    Macro(Ident),
}

impl Call {
    fn shows_tokens(&self) -> bool {
        matches!(self, Self::Macro(name) if name == "stringify")
    }

    fn then(self, token: &TokenTree) -> Self {
        match (self, token) {
            (Self::Name(name), TokenTree::Punct(punct))
                if punct.as_char() == '!' && punct.spacing() == Spacing::Alone =>
            {
                Self::Macro(name)
            }
            _ => Self::None,
        }
    }
}

/// What a nested item ends with.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Block,
    Semicolon,
}

fn starts_item(word: &Ident, next: Option<&TokenTree>) -> Option<End> {
    match &*word.to_string() {
        "use" => Some(End::Semicolon),
        "impl" | "trait" | "mod" => Some(End::Block),
        // `fn(u8)` is a type.
        "fn" if matches!(next, Some(TokenTree::Ident(_))) => Some(End::Block),
        _ => None,
    }
}

fn ends(end: End, token: &TokenTree) -> bool {
    match token {
        TokenTree::Group(group) => end == End::Block && group.delimiter() == Delimiter::Brace,
        TokenTree::Punct(punct) => punct.as_char() == ';',
        _ => false,
    }
}

/// The `=` of an assignment, or of an argument `self = …`.
fn assigns(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(punct)
        if punct.as_char() == '=' && punct.spacing() == Spacing::Alone)
}

/// The first half of a `::`, as in `self::module`.
fn starts_path(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(punct)
        if punct.as_char() == ':' && punct.spacing() == Spacing::Joint)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn renamed(body: &str) -> String {
        let tokens: TokenStream = body.parse().expect("these are tokens");
        rename(tokens, "this", &mut None).to_string()
    }

    fn same(body: &str) -> String {
        body.parse::<TokenStream>()
            .expect("these are tokens")
            .to_string()
    }

    #[test]
    fn the_receiver() {
        for (body, expected) in [
            ("self.x + f(self)", "this.x + f(this)"),
            ("println!(\"{}\", self.x)", "println!(\"{}\", this.x)"),
            ("S { field: self }", "S { field: this }"),
            ("let f: fn(u8) = self.f;", "let f: fn(u8) = this.f;"),
            ("self.", "this."),
            ("a == self && self == b", "a == this && this == b"),
            ("x(); self = y;", "x(); this = y;"),
        ] {
            assert_eq!(renamed(body), same(expected));
        }
    }

    #[test]
    fn the_receiver_in_a_format_string() {
        for (body, expected) in [
            (r#"format!("{self}")"#, r#"format!("{this}")"#),
            (
                r##"std::println!(r#"{ self :?} {}"#, self.x,)"##,
                r##"std::println!(r#"{ this :?} {}"#, this.x,)"##,
            ),
            (
                r#"write!(f, "{:0self$.self$} {:1$}", 1)?"#,
                r#"write!(f, "{:0this$.this$} {:1$}", 1)?"#,
            ),
            (
                r#"assert!(self.ok(), "{self:x^self$}")"#,
                r#"assert!(this.ok(), "{this:x^this$}")"#,
            ),
            (
                r#"assert_eq!("{self}", x, "{self}");"#,
                r#"assert_eq!("{self}", x, "{this}");"#,
            ),
            (
                r#"tracing::info!(target: "x", n = 1, "{self}")"#,
                r#"tracing::info!(target: "x", n = 1, "{this}")"#,
            ),
            (
                r#"g_info!("{self}", "{self}"); g_log!(Level::A, "{self}"); g_print!("{self}")"#,
                r#"g_info!("{self}", "{this}"); g_log!(Level::A, "{this}"); g_print!("{this}")"#,
            ),
            (
                r#"vec![my_log!("{self}"), "{self}"]"#,
                r#"vec![my_log!("{this}"), "{self}"]"#,
            ),
            (
                r#"format!("\\{self} \u{5e}\"{self}")"#,
                r#"format!("\\{this} \u{5e}\"{this}")"#,
            ),
            (
                r#"format!("{self}", self = self.x)"#,
                r#"format!("{self}", self = this.x)"#,
            ),
        ] {
            assert_eq!(renamed(body), same(expected));
        }
    }

    #[test]
    fn not_what_is_no_format_string() {
        for body in [
            r#"vec!["{self}"]"#,
            r#"mine!("{self}", self)"#,
            r#"assert_eq!(x, "{self}")"#,
            r#"println!("{}", "{self}")"#,
            r#"format!("{{self}} {selfish} {x:selfish$} {x:self} \u{5e} }{self")"#,
            r#"format!(b"{self}")"#,
            r#"format("{self}")"#,
            r#"format!(concat!("{self}", "x"))"#,
            r#"write!("{self}")"#,
            r#"format != ("{self}")"#,
            r#"fn f(&self) { println!("{self}") }"#,
            "stringify!(self.x)",
        ] {
            let expected = same(body).replace(", self)", ", this)");
            assert_eq!(renamed(body), expected);
        }
    }

    #[test]
    fn strings_that_may_be_format_strings() {
        for (body, expected) in [
            (r#"mine!(x, "{self}")"#, true),
            (r#"if x { mine!("{self}") }"#, true),
            (r#"mine!("{self}", self = self)"#, false),
            (r#"mine!("{}", self)"#, false),
            (r#"println!("{self}")"#, false),
            (r#"mine("{self}")"#, false),
        ] {
            let tokens: TokenStream = body.parse().expect("these are tokens");
            let mut stray = None;
            rename(tokens, "this", &mut stray);
            assert_eq!(stray.is_some(), expected, "{body}");
        }
    }

    #[test]
    fn not_what_means_something_else() {
        for body in [
            "self::module::f()",
            "use std::io::{self, Read};",
            "struct S; impl S { fn f(&self) { self.g() } }",
            "fn f() -> [u8; 2] { self.g() }",
            "trait T { fn f(self); }",
            "pub(self) const N: u8 = 1;",
            "m!(x, self = x)",
            "Self::new()",
        ] {
            assert_eq!(renamed(body), same(body));
        }
    }

    #[test]
    fn what_follows_an_item() {
        assert_eq!(
            renamed("use a::{self}; fn f(self) {} self.x"),
            same("use a::{self}; fn f(self) {} this.x")
        );
    }
}
