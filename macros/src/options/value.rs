//! Reading the values of options.

use super::table::{Kind, Words};
use crate::errors::Errors;
use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::{Expr, ExprLit, Lit, LitStr, Path, Type, parse_quote};

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

/// Reads `expr` as a value of `kind`, or says what was expected.
pub(crate) fn read(kind: Kind, expr: &Expr, errors: &mut Errors) -> Option<Value> {
    let expr = ungroup(expr);
    match kind {
        Kind::Flag => unreachable!("a flag has no value to read"),
        Kind::Text => text(expr, errors),
        Kind::Path => path(expr, errors),
        Kind::Priority => priority(expr, errors),
        Kind::Returns => returns(expr, errors),
        Kind::Word(words) => word(words, expr, errors),
        Kind::Duration => duration(expr, errors),
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

fn string<'a>(expr: &'a Expr, errors: &mut Errors) -> Option<&'a LitStr> {
    if let Some(Lit::Str(text)) = literal(expr) {
        return Some(text);
    }
    errors.over(expr, "expected a string literal");
    None
}

fn text(expr: &Expr, errors: &mut Errors) -> Option<Value> {
    let text = string(expr, errors)?;
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
    let variant = match &*text.value() {
        "high" => "High",
        "default" => "Default",
        "idle" => "Idle",
        _ => {
            errors.over(
                text,
                "unknown priority; use `\"high\"`, `\"default\"`, `\"idle\"` or a \
                 `glib_coro::task::Priority`",
            );
            return None;
        }
    };
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
        other => {
            let text: TokenStream = quote!(#other);
            errors.over(
                other,
                format_args!("say which type: `returns = {} as T`", spell(text)),
            );
            return None;
        }
    };
    Some(Value::Returns {
        value: without_parens(value).clone(),
        ty,
    })
}

fn word(words: &Words, expr: &Expr, errors: &mut Errors) -> Option<Value> {
    let text = string(expr, errors)?;
    let found = words.find(&text.value());
    if found.is_none() {
        errors.over(text, words.unknown());
    }
    Some(Value::Word(found?, text.span()))
}

fn duration(expr: &Expr, errors: &mut Errors) -> Option<Value> {
    let text = string(expr, errors)?;
    match milliseconds(&text.value()) {
        Some(0) => errors.over(text, "the timeout must be greater than zero"),
        Some(milliseconds) => return Some(Value::Duration(milliseconds)),
        None => errors.over(
            text,
            "cannot read this duration; try `\"250ms\"` or `\"5s\"`",
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

/// Tokens as a person would write them; `TokenStream` puts a space around every one.
fn spell(tokens: TokenStream) -> String {
    let mut text = tokens.to_string();
    for (from, to) in [
        (" (", "("),
        ("( ", "("),
        (" )", ")"),
        (" :: ", "::"),
        (" !", "!"),
        (" ,", ","),
        (" .", "."),
        (". ", "."),
    ] {
        text = text.replace(from, to);
    }
    text
}
