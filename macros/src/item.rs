//! The item below the attribute.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Attribute, Ident, Signature, Token, Visibility};

/// A function whose signature is understood and whose body is not looked into.
///
/// The body stays tokens: while somebody types, it is no Rust, and the function must be there all the same.
#[derive(Clone)]
pub(crate) struct Function {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) sig: Signature,
    pub(crate) body: Body,
}

#[derive(Clone)]
pub(crate) enum Body {
    Block(Group),
    /// A trait's method without one.
    Missing(Token![;]),
}

/// What stands below the attribute.
pub(crate) enum Item {
    Function(Box<Function>),
    /// Something else, told by its keyword.
    Other(Ident),
    Unreadable(syn::Error),
}

impl Item {
    pub(crate) fn read(tokens: TokenStream) -> Self {
        if let Some(keyword) = other_keyword(tokens.clone()) {
            return Self::Other(keyword);
        }
        match syn::parse2(tokens) {
            Ok(function) => Self::Function(Box::new(function)),
            Err(error) => Self::Unreadable(error),
        }
    }
}

impl Function {
    /// Braces around `statements` that pass for the user's: lints about a function look at where it ends.
    pub(crate) fn block(&self, statements: TokenStream) -> Group {
        let mut block = Group::new(Delimiter::Brace, statements);
        if let Body::Block(body) = &self.body {
            block.set_span(body.span());
        }
        block
    }

    /// Parentheses around `parameters`, likewise.
    pub(crate) fn parameters(&self, parameters: &[TokenStream]) -> TokenStream {
        let mut tokens = TokenStream::new();
        self.sig.paren_token.surround(&mut tokens, |tokens| {
            tokens.extend(quote!(#(#parameters),*))
        });
        tokens
    }
}

impl Parse for Function {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attrs = input.call(Attribute::parse_outer)?;
        let vis = input.parse()?;
        let sig = input.parse()?;
        let body = if input.peek(Token![;]) {
            Body::Missing(input.parse()?)
        } else {
            Body::Block(block(input)?)
        };
        Ok(Self {
            attrs,
            vis,
            sig,
            body,
        })
    }
}

/// Braces, also where a macro passed them on as `$body:block` in an invisible group.
fn block(input: ParseStream<'_>) -> syn::Result<Group> {
    match input.parse()? {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => Ok(group),
        TokenTree::Group(group) if group.delimiter() == Delimiter::None => {
            block.parse2(group.stream())
        }
        token => Err(syn::Error::new(token.span(), "expected `{`")),
    }
}

impl ToTokens for Function {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        for attr in &self.attrs {
            attr.to_tokens(tokens);
        }
        self.vis.to_tokens(tokens);
        self.sig.to_tokens(tokens);
        self.body.to_tokens(tokens);
    }
}

impl ToTokens for Body {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Self::Block(block) => block.to_tokens(tokens),
            Self::Missing(semi) => semi.to_tokens(tokens),
        }
    }
}

/// The keyword of an item that is no function.
fn other_keyword(tokens: TokenStream) -> Option<Ident> {
    let mut first = None;
    for token in tokens {
        match token {
            // An attribute, or the path of `pub(in path)`.
            TokenTree::Punct(_) | TokenTree::Group(_) | TokenTree::Literal(_) => {}
            TokenTree::Ident(word) => match &*word.unraw().to_string() {
                "fn" => return None,
                "struct" | "enum" | "static" | "use" | "type" | "impl" | "trait" | "mod"
                | "macro_rules" => {
                    return Some(word);
                }
                // `const N: usize` has a name where `const fn` has another modifier.
                "const" => first = Some(word),
                "pub" | "crate" | "async" | "unsafe" | "safe" | "extern" | "default" | "auto" => {}
                // `union` is a keyword only before a name; in both cases this is no function.
                _ => return Some(first.unwrap_or(word)),
            },
        }
    }
    None
}
