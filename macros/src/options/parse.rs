//! The pieces of `key = value, key`, read so that a mistake in one leaves the others readable.

use super::table::{self, Kind};
use crate::errors::Errors;
use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Expr, Ident, Token};

/// Whether the attribute is written `#[path = …]`. The compiler refuses that, and still hands over what follows the `=`.
pub(super) fn is_key_value() -> bool {
    let text = Span::call_site().source_text().unwrap_or_default();
    let text = text.trim_start_matches(['#', '!', '[']);
    text.find(['=', '(', '[', '{'])
        .map(|at| &text[at..])
        .is_some_and(|rest| rest.starts_with('='))
}

/// Reads an option's name, which must be one word.
pub(super) fn key(input: ParseStream<'_>, errors: &mut Errors) -> Option<Ident> {
    if !input.peek(Ident::peek_any) && !input.peek(Token![::]) {
        errors.over(rest(input), "expected `key = value`");
        return None;
    }
    if input.peek(Token![::]) || input.peek2(Token![::]) {
        let mut path = TokenStream::new();
        loop {
            if input.peek(Token![::]) {
                input.parse::<Token![::]>().ok()?.to_tokens(&mut path);
            } else if input.peek(Ident::peek_any) {
                input.call(Ident::parse_any).ok()?.to_tokens(&mut path);
            } else {
                break;
            }
        }
        errors.over(path, "option names are single words");
        rest(input);
        return None;
    }
    let key = input.call(Ident::parse_any).ok()?;
    if input.peek(syn::token::Paren)
        || input.peek(syn::token::Brace)
        || input.peek(syn::token::Bracket)
    {
        let value = rest(input);
        if table::row(&key.to_string()).is_some_and(|row| row.kind == Kind::Flag) {
            errors.over(value, table::no_value(&key));
            return Some(key);
        }
        let mut item = key.into_token_stream();
        item.extend(value);
        errors.over(item, "expected `key = value`");
        return None;
    }
    Some(key)
}

/// Reads `= value`, if there is one. `None` is a value that cannot be read.
pub(super) fn assigned(input: ParseStream<'_>, errors: &mut Errors) -> Option<Option<Expr>> {
    let equals = if input.peek(syn::Lit) {
        errors.at(input.span(), "expected `=`");
        Token![=](input.span())
    } else if input.peek(Token![=]) {
        input.parse().ok()?
    } else {
        return Some(None);
    };
    if input.is_empty() || input.peek(Token![,]) {
        let span: Span = if input.is_empty() {
            equals.span
        } else {
            input.span()
        };
        errors.at(span, "expected an expression");
        return None;
    }
    // `crate = crate::rt` and `crate = self::rt` are expressions, a lone `crate` is one to syn as well.
    match input.parse::<Expr>() {
        Ok(value) => Some(Some(value)),
        Err(error) => {
            errors.push(error);
            rest(input);
            None
        }
    }
}

/// Takes the tokens up to the next comma.
fn rest(input: ParseStream<'_>) -> TokenStream {
    let mut tokens = TokenStream::new();
    while !input.is_empty() && !input.peek(Token![,]) {
        match input.parse::<TokenTree>() {
            Ok(token) => tokens.extend([token]),
            Err(_) => break,
        }
    }
    tokens
}

/// Takes the comma between two options. Without one, reading goes on as if it were there.
pub(super) fn comma(input: ParseStream<'_>, errors: &mut Errors) {
    if input.is_empty() || input.parse::<Token![,]>().is_ok() {
        return;
    }
    errors.at(input.span(), "expected `,`");
    // Another separator was meant to be one.
    let _ = input.parse::<Token![;]>();
}
