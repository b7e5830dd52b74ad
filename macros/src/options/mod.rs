//! The options in an attribute's parentheses, read the same way for all three attributes.

mod parse;
pub(crate) mod table;
pub(crate) mod value;

use crate::attribute::Attribute;
use crate::errors::Errors;
use crate::near::nearest;
use proc_macro2::{Span, TokenStream};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Expr, Ident, LitBool, Path, Token};
use table::{Kind, Row};
use value::Value;

/// The options that were given rightly, or nearly so. The others are errors by now, and count as not given.
#[derive(Default)]
pub(crate) struct Options {
    given: Vec<Given>,
    /// Whether a call gives back something of a type that nobody can tell.
    unknown: bool,
}

struct Given {
    row: &'static Row,
    key: Span,
    value: Option<Value>,
    /// Its name was misspelt.
    guessed: bool,
}

impl Options {
    /// Reads all of `arguments` and reports every mistake in them.
    pub(crate) fn read(attribute: Attribute, arguments: TokenStream, errors: &mut Errors) -> Self {
        let mut options = Self::default();
        if parse::is_key_value() {
            return options;
        }
        let reader = |input: ParseStream<'_>| {
            while !input.is_empty() {
                options.item(attribute, input, errors);
                parse::comma(input, errors);
            }
            Ok(())
        };
        reader
            .parse2(arguments)
            .expect("the reader reports its errors itself and consumes everything");
        options.limits(errors);
        options
    }

    /// The option `name`, where it was given, even with a wrong value.
    fn find(&self, name: &str) -> Option<&Given> {
        self.given.iter().find(|given| given.row.name == name)
    }

    /// The value of `name`, where it was given rightly.
    fn get(&self, name: &str) -> Option<&Value> {
        self.find(name)?.value.as_ref()
    }

    pub(crate) fn krate(&self) -> Option<&Path> {
        match self.get("crate")? {
            Value::Path(path) => Some(path),
            _ => None,
        }
    }

    pub(crate) fn name(&self) -> Option<&syn::LitStr> {
        match self.get("name")? {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn detach(&self) -> bool {
        self.get("detach").is_some()
    }

    /// Whether `returns` was given, but not so that its type is known.
    pub(crate) fn returns_unknown(&self) -> bool {
        self.unknown && self.returns().is_none()
    }

    pub(crate) fn returns(&self) -> Option<(&Expr, &value::ReturnsType)> {
        match self.get("returns")? {
            Value::Returns { value, ty } => Some((value, ty)),
            _ => None,
        }
    }

    pub(crate) fn priority(&self) -> Option<&value::Priority> {
        match self.get("priority")? {
            Value::Priority(priority) => Some(priority),
            _ => None,
        }
    }

    /// The overlap, unless it is the one that needs nothing done.
    pub(crate) fn overlap(&self) -> Option<&'static str> {
        self.word("overlap")
            .map(|(word, _)| word)
            .filter(|word| *word != "parallel")
    }

    /// The argument whose object tells calls apart, where there is an overlap for it.
    pub(crate) fn per(&self) -> Option<&Ident> {
        match self.get("per")? {
            Value::Argument(name) => Some(name),
            _ => None,
        }
    }

    pub(crate) fn application(&self) -> Option<&Expr> {
        match self.get("application")? {
            Value::Expr(application) => Some(application),
            _ => None,
        }
    }

    pub(crate) fn context(&self) -> Option<(&'static str, Span)> {
        self.word("context")
    }

    fn word(&self, name: &str) -> Option<(&'static str, Span)> {
        match self.get(name)? {
            Value::Word(word, span) => Some((word, *span)),
            _ => None,
        }
    }

    pub(crate) fn event_loop(&self) -> Option<&Expr> {
        match self.get("event_loop")? {
            Value::Expr(event_loop) => Some(event_loop),
            _ => None,
        }
    }

    /// Where `tokio` was written, if it was.
    pub(crate) fn tokio(&self) -> Option<Span> {
        let given = self.find("tokio")?;
        given.value.as_ref().map(|_| given.key)
    }

    pub(crate) fn start_paused(&self) -> Option<&LitBool> {
        match self.get("start_paused")? {
            Value::Bool(paused) => Some(paused),
            _ => None,
        }
    }

    /// In milliseconds.
    pub(crate) fn timeout(&self) -> Option<u64> {
        match self.get("timeout")? {
            Value::Duration(milliseconds) => Some(*milliseconds),
            _ => None,
        }
    }

    /// Reads up to the comma after one option.
    fn item(&mut self, attribute: Attribute, input: ParseStream<'_>, errors: &mut Errors) {
        if input.peek(Token![,]) {
            errors.at(input.span(), "expected an option before `,`");
            return;
        }
        let Some(key) = parse::key(input, errors) else {
            return;
        };
        let found = errors.len();
        let Some(value) = parse::assigned(input, errors) else {
            // The value cannot be read; the key may still be worth a word.
            let row = self.admit(attribute, &key, errors);
            self.unknown |= row.is_some_and(|row| row.kind == Kind::Returns);
            return;
        };
        let Some(row) = self.admit(attribute, &key, errors) else {
            return;
        };
        // What is wrong with a name has been said; what else is wrong can wait.
        let mut later = Errors::default();
        let value = value_of(
            row,
            &key,
            value.as_ref(),
            if errors.len() > found {
                &mut later
            } else {
                errors
            },
        );
        match (self.given.last_mut(), value) {
            (Some(given), Some(value)) => given.value = Some(value),
            _ => self.unknown |= row.kind == Kind::Returns,
        }
    }

    /// Looks `key` up and enters it, or says why it cannot stand here. A near miss is entered as what it was meant to be, so that
    /// nothing else is wrong with the function.
    fn admit(
        &mut self,
        attribute: Attribute,
        key: &Ident,
        errors: &mut Errors,
    ) -> Option<&'static Row> {
        let name = key.unraw().to_string();
        let Some(row) = table::row(&name) else {
            errors.at(key.span(), unknown(attribute, &name));
            let row = table::row(nearest(&name, table::names(attribute))?)?;
            // Where the runtime is cannot be guessed from half a word.
            if self.has(row.name) || row.kind == Kind::Path {
                return None;
            }
            self.enter(row, key.span(), true);
            return Some(row);
        };
        if !row.on.contains(&attribute) {
            errors.at(
                key.span(),
                format_args!("`{name}` is only for {}", table::places(row)),
            );
            return None;
        }
        self.given
            .retain(|given| !(given.guessed && given.row.name == name));
        if self.has(&name) {
            errors.at(key.span(), format_args!("`{name}` is set twice"));
            return None;
        }
        for (one, other, remedy) in table::RIVALS {
            let rival = match &*name {
                name if name == *one => other,
                name if name == *other => one,
                _ => continue,
            };
            if self.has(rival) {
                errors.at(key.span(), remedy);
                // It says more than its rival about what a call gives back.
                if row.kind != Kind::Returns {
                    return None;
                }
            }
        }
        self.enter(row, key.span(), false);
        Some(row)
    }

    /// Reports `per` without anything that it could count.
    fn limits(&self, errors: &mut Errors) {
        let limited = match self.find("overlap") {
            None => false,
            // Where the value is wrong, that has been said.
            Some(overlap) => overlap.value.is_none() || self.overlap().is_some(),
        };
        if let Some(per) = self.find("per")
            && per.value.is_some()
            && !limited
        {
            errors.at(
                per.key,
                "`per` needs an `overlap` that limits calls: `\"drop\"`, `\"restart\"`, `\"queue\"` or `\"latest\"`",
            );
        }
    }

    fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    fn enter(&mut self, row: &'static Row, key: Span, guessed: bool) {
        self.given.push(Given {
            row,
            key,
            value: None,
            guessed,
        });
    }
}

/// Reads the value of `row`, which must be there unless the option is a flag.
fn value_of(row: &Row, key: &Ident, value: Option<&Expr>, errors: &mut Errors) -> Option<Value> {
    match (row.kind, value) {
        (Kind::Flag, None) => Some(Value::Flag),
        (Kind::Flag, Some(value)) => {
            errors.over(value, table::no_value(key));
            Some(Value::Flag)
        }
        (_, None) => {
            errors.at(
                key.span(),
                format_args!("`{}` needs a value: `{}`", row.name, row.usage),
            );
            None
        }
        (_, Some(value)) => value::read(row, value, errors),
    }
}

fn unknown(attribute: Attribute, name: &str) -> String {
    if attribute != Attribute::Coroutine && table::TOKIO_HABITS.contains(&name) {
        return format!("glib-coro runs on the thread that owns the main context; remove `{name}`");
    }
    if let Some(near) = nearest(name, table::names(attribute)) {
        return format!("unknown option `{name}`; did you mean `{near}`?");
    }
    let expected: Vec<String> = table::names(attribute)
        .map(|name| format!("`{name}`"))
        .collect();
    format!("unknown option `{name}`; expected {}", expected.join(", "))
}

#[cfg(test)]
mod tests;
