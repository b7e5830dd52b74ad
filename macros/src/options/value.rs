//! Reading the values of options.

use super::table::{Kind, Row, Words};
use crate::errors::Errors;
use crate::near::nearest;
use crate::span::spell;
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::spanned::Spanned;
use syn::{Expr, ExprBinary, ExprLit, Ident, Lit, LitBool, LitStr, Path, Type, parse_quote};

/// The value of an option that was given rightly.
#[derive(Clone)]
pub(crate) enum Value {
    Flag,
    Text(LitStr),
    Path(Path),
    Priority(Priority),
    Returns {
        value: Expr,
        ty: ReturnsType,
    },
    /// As the table spells it, and where it was written.
    Word(&'static str, Span),
    /// Milliseconds.
    Duration(u64),
    Bool(LitBool),
    /// `self`, or a name.
    Argument(Ident),
    Expr(Expr),
}

#[derive(Clone)]
pub(crate) enum Priority {
    /// A variant of the runtime's `Priority`.
    Variant(&'static str),
    Expr(Box<Expr>),
}

#[derive(Clone)]
pub(crate) enum ReturnsType {
    /// `true` or `false`: `bool`, whatever the name `bool` means to the user.
    Bool,
    Given(Box<Type>),
}

/// Reads `expr` as a value of `row`, or says what was expected. A near miss counts as what it was meant to be.
pub(crate) fn read(row: &Row, expr: &Expr, errors: &mut Errors) -> Option<Value> {
    let expr = ungroup(expr);
    match row.kind {
        Kind::Flag => unreachable!("a flag has no value to read"),
        Kind::Text => text(string(row, expr, errors)?, errors),
        Kind::Path => path(expr, errors),
        Kind::Priority => priority(expr, errors),
        Kind::Returns => returns(expr, errors),
        Kind::Word(words) => word(words, string(row, expr, errors)?, errors),
        Kind::Duration => duration(string(row, expr, errors)?, errors),
        Kind::Bool => match literal(expr) {
            Some(Lit::Bool(value)) => Some(Value::Bool(value.clone())),
            _ => {
                errors.over(expr, "expected `true` or `false`");
                None
            }
        },
        Kind::Argument => argument(row, expr, errors),
        Kind::Expr => Some(Value::Expr(expr.clone())),
    }
}

/// Values that come out of a `macro_rules!` fragment are wrapped in invisible groups.
fn ungroup(expr: &Expr) -> &Expr {
    match expr {
        Expr::Group(group) => ungroup(&group.expr),
        expr => expr,
    }
}

fn literal(expr: &Expr) -> Option<&Lit> {
    match expr {
        Expr::Lit(ExprLit { lit, attrs }) if attrs.is_empty() => Some(lit),
        _ => None,
    }
}

fn string<'a>(row: &Row, expr: &'a Expr, errors: &mut Errors) -> Option<&'a LitStr> {
    if let Some(Lit::Str(text)) = literal(expr) {
        return Some(text);
    }
    let usage = row.usage;
    errors.over(
        expr,
        format_args!("expected a string literal, like `{usage}`"),
    );
    None
}

fn text(text: &LitStr, errors: &mut Errors) -> Option<Value> {
    if text.value().is_empty() {
        errors.over(
            text,
            "names cannot be empty; without one the function's is taken",
        );
        return None;
    }
    if text.value().contains('\0') {
        errors.over(
            text,
            "names cannot contain NUL, because they become C strings",
        );
        return None;
    }
    Some(Value::Text(text.clone()))
}

fn path(expr: &Expr, errors: &mut Errors) -> Option<Value> {
    if let Expr::Path(path) = expr
        && path.attrs.is_empty()
        && path.qself.is_none()
    {
        return Some(Value::Path(path.path.clone()));
    }
    let Some(Lit::Str(text)) = literal(expr) else {
        errors.over(expr, "expected a path, like `crate = my_glib_coro`");
        return None;
    };
    match text.parse_with(Path::parse_mod_style) {
        Ok(path) => Some(Value::Path(path)),
        Err(_) => {
            errors.over(text, format_args!("`{}` is not a path", text.value()));
            None
        }
    }
}

fn priority(expr: &Expr, errors: &mut Errors) -> Option<Value> {
    let Some(Lit::Str(text)) = literal(expr) else {
        return Some(Value::Priority(Priority::Expr(Box::new(expr.clone()))));
    };
    const VARIANTS: [(&str, &str); 3] =
        [("high", "High"), ("default", "Default"), ("idle", "Idle")];
    let variant = |word: &str| VARIANTS.iter().find(|(name, _)| *name == word);
    let word = text.value();
    let near = nearest(&word, VARIANTS.map(|(name, _)| name));
    match (variant(&word), near) {
        (Some(_), _) => {}
        (None, Some(near)) => errors.over(
            text,
            format_args!("unknown priority; did you mean `\"{near}\"`?"),
        ),
        (None, None) => errors.over(
            text,
            "unknown priority; use `\"high\"`, `\"default\"`, `\"idle\"` or a \
             `glib_coro::task::Priority`",
        ),
    }
    let (_, variant) = variant(near?)?;
    Some(Value::Priority(Priority::Variant(variant)))
}

fn returns(expr: &Expr, errors: &mut Errors) -> Option<Value> {
    let (value, ty) = match expr {
        Expr::Cast(cast) => (&*cast.expr, ReturnsType::Given(cast.ty.clone())),
        Expr::Lit(ExprLit {
            lit: Lit::Bool(_), ..
        }) => (expr, ReturnsType::Bool),
        Expr::Path(path) if path.qself.is_none() && path.path.segments.len() > 1 => {
            (expr, ReturnsType::Given(Box::new(parent(&path.path))))
        }
        Expr::Path(path) => {
            let word = path.path.get_ident().map(ToString::to_string);
            let Some(near) = nearest(&word.unwrap_or_default(), ["true", "false"]) else {
                errors.over(expr, untyped(expr));
                return None;
            };
            errors.over(path, format_args!("did you mean `{near}`?"));
            let value = LitBool::new(near == "true", path.span());
            return Some(Value::Returns {
                value: parse_quote!(#value),
                ty: ReturnsType::Bool,
            });
        }
        other => {
            errors.over(other, untyped(other));
            return None;
        }
    };
    Some(Value::Returns {
        value: without_parens(value).clone(),
        ty,
    })
}

/// What to write for a value whose type nobody can tell.
fn untyped(value: &Expr) -> String {
    // `as` binds more tightly than most of what a value can be, and there may be one already in the last part of it.
    let (value, ty) = match value {
        Expr::Binary(binary) => match &*binary.right {
            Expr::Cast(cast) => {
                let binary = ExprBinary {
                    right: cast.expr.clone(),
                    ..binary.clone()
                };
                (quote!((#binary)), cast.ty.to_token_stream())
            }
            _ => (quote!((#binary)), quote!(T)),
        },
        Expr::Unary(_)
        | Expr::Lit(_)
        | Expr::Call(_)
        | Expr::MethodCall(_)
        | Expr::Macro(_)
        | Expr::Field(_)
        | Expr::Index(_)
        | Expr::Array(_)
        | Expr::Tuple(_)
        | Expr::Struct(_)
        | Expr::Path(_)
        | Expr::Paren(_) => (quote!(#value), sketch(value)),
        _ => (quote!((#value)), quote!(T)),
    };
    format!(
        "say which type: `returns = {} as {}`",
        spell(value),
        spell(ty)
    )
}

/// As much of the type as the names of the standard library's variants tell.
fn sketch(value: &Expr) -> TokenStream {
    let path = match value {
        Expr::Call(call) => &*call.func,
        value => value,
    };
    let Expr::Path(path) = path else {
        return quote!(T);
    };
    match path.path.get_ident().map(ToString::to_string).as_deref() {
        Some("None" | "Some") => quote!(Option<T>),
        Some("Ok" | "Err") => quote!(Result<T, E>),
        _ => quote!(T),
    }
}

fn argument(row: &Row, expr: &Expr, errors: &mut Errors) -> Option<Value> {
    if let Expr::Path(path) = expr
        && let Some(name) = path.path.get_ident()
    {
        return Some(Value::Argument(name.clone()));
    }
    let usage = row.usage;
    errors.over(
        expr,
        format_args!("expected the name of an argument, like `{usage}`"),
    );
    None
}

fn word(words: &Words, text: &LitStr, errors: &mut Errors) -> Option<Value> {
    let word = text.value();
    let found = words.find(&word);
    if found.is_none() {
        errors.over(text, words.unknown(&word));
    }
    let found = found.or_else(|| words.near(&word));
    Some(Value::Word(found?, text.span()))
}

fn duration(text: &LitStr, errors: &mut Errors) -> Option<Value> {
    match milliseconds(&text.value()) {
        Some(0) => errors.over(text, "the timeout must be greater than zero"),
        Some(milliseconds) => return Some(Value::Duration(milliseconds)),
        None => errors.over(
            text,
            "cannot read this duration; try `\"250ms\"`, `\"5s\"` or `\"2min\"`, in whole numbers",
        ),
    }
    None
}

/// Reads `250ms`, `5s` or `2min`.
fn milliseconds(text: &str) -> Option<u64> {
    let unit = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at(unit);
    let unit = match unit.trim_start() {
        "ms" => 1,
        "s" => 1000,
        "min" => 60 * 1000,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(unit)
}

/// What `as` needs parentheses around needs none where it ends up, and the lint would say so.
fn without_parens(expr: &Expr) -> &Expr {
    match expr {
        Expr::Paren(paren) if paren.attrs.is_empty() => without_parens(&paren.expr),
        expr => expr,
    }
}

/// The type of the variant that `path` names.
fn parent(path: &Path) -> Type {
    let mut path = path.clone();
    path.segments.pop();
    path.segments.pop_punct();
    parse_quote!(#path)
}
