//! From an attribute and its item to the tokens that replace both.

mod body;
mod coroutine;
mod entry;
mod generics;

use crate::attribute::Attribute;
use crate::errors::Errors;
use crate::item::{Function, Item};
use crate::krate;
use crate::neighbours;
use crate::options::Options;
use crate::refuse::{self, Verdict};
use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;

/// Everything that the two kinds of expansion need to know.
struct Plan<'a> {
    attribute: Attribute,
    options: &'a Options,
    function: &'a Function,
    /// The path of the runtime's hidden module.
    private: TokenStream,
    verdict: Verdict,
}

impl Plan<'_> {
    /// The name for logs and panics.
    fn name(&self) -> TokenStream {
        match self.options.name() {
            Some(name) => name.to_token_stream(),
            None => self
                .function
                .sig
                .ident
                .unraw()
                .to_string()
                .to_token_stream(),
        }
    }
}

/// Whether `word` stands anywhere in `tokens`.
pub(crate) fn names(tokens: TokenStream, word: &str) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == word,
        TokenTree::Group(group) => names(group.stream(), word),
        _ => false,
    })
}

/// Expands `attribute(arguments) item`.
pub(crate) fn expand(
    attribute: Attribute,
    arguments: TokenStream,
    item: TokenStream,
) -> TokenStream {
    let mut errors = Errors::default();
    let options = Options::read(attribute, arguments, &mut errors);
    let expansion = match Item::read(item.clone()) {
        Item::Function(function) => self::function(attribute, &options, *function, &mut errors),
        Item::Other(keyword) => {
            refuse::other_item(attribute, &keyword, &mut errors);
            item
        }
        Item::Unreadable(error) => {
            errors.push(error);
            item
        }
    };
    let mut tokens = errors.into_tokens();
    tokens.extend(expansion);
    tokens
}

fn function(
    attribute: Attribute,
    options: &Options,
    mut function: Function,
    errors: &mut Errors,
) -> TokenStream {
    neighbours::refuse(attribute, options.krate(), &mut function.attrs, errors);
    let verdict = refuse::refuse(attribute, options, &mut function, errors);
    let krate = match options.krate() {
        Some(path) => path.to_token_stream(),
        None => match krate::find() {
            Ok(path) => path,
            Err(krate::Absent) => {
                errors.at(
                    Span::call_site(),
                    "cannot find `glib-coro` in `Cargo.toml`; add it or pass `crate = path`",
                );
                return without_runtime(attribute, &function);
            }
        },
    };
    let plan = Plan {
        attribute,
        options,
        function: &function,
        private: quote!(#krate::__private),
        verdict,
    };
    match (verdict, attribute) {
        (Verdict::Keep, _) => function.to_token_stream(),
        (_, Attribute::Coroutine) => coroutine::expand(&plan),
        (_, Attribute::Main | Attribute::Test) => entry::expand(&plan),
    }
}

/// The function as it can be without a runtime to run it on: an `async fn main` would be one more error.
fn without_runtime(attribute: Attribute, function: &Function) -> TokenStream {
    if attribute == Attribute::Coroutine {
        return function.to_token_stream();
    }
    let mut function = function.clone();
    function.sig.asyncness = None;
    let Function {
        attrs, vis, sig, ..
    } = &function;
    quote!(#(#attrs)* #vis #sig { loop {} })
}

#[cfg(test)]
mod tests;
