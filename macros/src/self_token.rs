//! Renames `self` in a body that moves into a closure.
//!
//! A closure borrows the method's `self`, and a coroutine must not borrow. So the closure keeps a clone, and what was `self` in the
//! body is the name of that clone, with the span of the user's token.
//!
//! A `{self}` in a format string is no token. The macros that are known to take such a string are given an argument of that name.

mod format;

use format::Format;
use proc_macro2::{Delimiter, Group, Ident, Spacing, TokenStream, TokenTree};

/// Replaces each `self` that means the method's receiver. In items inside the body it means another one and stays.
pub(crate) fn rename(tokens: TokenStream, name: &str) -> TokenStream {
    let mut renamed = TokenStream::new();
    let mut tokens = tokens.into_iter().peekable();
    let mut item = None;
    let mut visibility = false;
    let mut call = Call::default();
    while let Some(token) = tokens.next() {
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
                call = Call::of(&word);
                if word == "self" && !next.is_some_and(|next| starts_path(next) || names(next)) {
                    Ident::new(name, word.span()).into()
                } else {
                    word.into()
                }
            }
            // `pub(self)`
            (None, TokenTree::Group(group)) if visibility => {
                visibility = false;
                group.into()
            }
            (None, TokenTree::Group(group)) => {
                let mut arguments = rename(group.stream(), name);
                if let Call::Macro(format) = call {
                    arguments.extend(format::receiver(format, &group.stream(), name));
                }
                call = Call::default();
                let mut inside = Group::new(group.delimiter(), arguments);
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
#[derive(Clone, Copy, Default)]
enum Call {
    #[default]
    None,
    /// The name of a macro that takes a format string.
    Name(Format),
    /// The `!` as well.
    Macro(Format),
}

impl Call {
    fn of(word: &Ident) -> Self {
        Format::of(&word.to_string()).map_or(Self::None, Self::Name)
    }

    fn then(self, token: &TokenTree) -> Self {
        match (self, token) {
            (Self::Name(format), TokenTree::Punct(punct)) if punct.as_char() == '!' => {
                Self::Macro(format)
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

/// The `=` of an argument `self = …`.
fn names(token: &TokenTree) -> bool {
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
        rename(tokens, "this").to_string()
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
        ] {
            assert_eq!(renamed(body), same(expected));
        }
    }

    #[test]
    fn the_receiver_in_a_format_string() {
        for (body, expected) in [
            (r#"format!("{self}")"#, r#"format!("{self}", self = this)"#),
            (
                r##"std::println!(r#"{self:?} {}"#, self.x,)"##,
                r##"std::println!(r#"{self:?} {}"#, this.x, self = this)"##,
            ),
            (
                r#"write!(f, "{:self$}", 1)?"#,
                r#"write!(f, "{:self$}", 1, self = this)?"#,
            ),
            (
                r#"assert!(self.ok(), "{self:>5}")"#,
                r#"assert!(this.ok(), "{self:>5}", self = this)"#,
            ),
            (
                r#"assert_eq!("{self}", x, "{self}");"#,
                r#"assert_eq!("{self}", x, "{self}", self = this);"#,
            ),
            (
                r#"tracing::info!(target: "x", n = 1, "{self}")"#,
                r#"tracing::info!(target: "x", n = 1, "{self}", self = this)"#,
            ),
            (
                r#"format!("{self} {:.*} {1:03$} {y}", x, y, z, w, y = 1)"#,
                r#"format!("{self} {:.*} {1:03$} {y}", x, y, z, w, y = 1, self = this)"#,
            ),
            (
                r#"vec![format!("{self}"), y]"#,
                r#"vec![format!("{self}", self = this), y]"#,
            ),
        ] {
            assert_eq!(renamed(body), same(expected));
        }
    }

    #[test]
    fn not_what_is_no_format_string() {
        for body in [
            r#"vec!["{self}"]"#,
            r#"assert_eq!(x, "{self}")"#,
            r#"println!("{}", "{self}")"#,
            r#"format!("{{self}} {selfish} {x:selfish$} \u{5e} }{self")"#,
            r#"format("{self}")"#,
            r#"format!(concat!("{self}", "x"))"#,
            r#"write!("{self}")"#,
            r#"format!("{self} {}")"#,
            r#"format!("{self} {1}", x)"#,
            r#"format!("{self} {:.*}", x)"#,
            r#"format!("{self} {:1$} {y}", x, y = 1)"#,
            r#"fn f(&self) { println!("{self}") }"#,
        ] {
            assert_eq!(renamed(body), same(body));
        }
        assert_eq!(
            renamed(r#"format!("{self}", self = self.x)"#),
            same(r#"format!("{self}", self = this.x)"#)
        );
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
