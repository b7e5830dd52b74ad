//! Every mistake is reported, at once, and leaves the rest of the options as they are.

use super::*;
use quote::{ToTokens, quote};

fn read(attribute: Attribute, arguments: TokenStream) -> (Options, Vec<String>) {
    let mut errors = Errors::default();
    let options = Options::read(attribute, arguments, &mut errors);
    (options, errors.messages())
}

#[test]
fn all_at_once() {
    let (options, errors) = read(
        Attribute::Coroutine,
        quote!(foo, name = 1, a::b = 2, (x), detach = 3, priority = "loud", returns = 4, crate =),
    );
    assert_eq!(
        errors,
        [
            "unknown option `foo`; expected `crate`, `name`, `detach`, `returns`, `priority`, `overlap`, `per`",
            "expected a string literal, like `name = \"reader\"`",
            "option names are single words",
            "expected `key = value`",
            "`detach` is a flag and takes no value",
            "unknown priority; use `\"high\"`, `\"default\"`, `\"idle\"` or a `glib_coro::task::Priority`",
            "choose one: `returns` already detaches",
            "expected an expression",
        ]
    );
    assert!(options.name().is_none());
    assert!(options.krate().is_none());
}

#[test]
fn the_good_ones_survive() {
    let (options, errors) = read(
        Attribute::Coroutine,
        quote!(foo, detach name = "x" priority = "idle",, crate = a::b),
    );
    assert_eq!(errors.len(), 4, "{errors:?}");
    assert!(options.detach());
    assert_eq!(options.name().map(syn::LitStr::value).as_deref(), Some("x"));
    assert!(matches!(
        options.priority(),
        Some(value::Priority::Variant("Idle"))
    ));
    assert_eq!(options.krate().map(|path| path.segments.len()), Some(2));
}

#[test]
fn near_misses_count_as_what_they_were_meant_to_be() {
    let (options, errors) = read(
        Attribute::Coroutine,
        quote!(detatch, nmae = "x", priority = "hihg", overlap = "ltest"),
    );
    assert_eq!(
        errors,
        [
            "unknown option `detatch`; did you mean `detach`?",
            "unknown option `nmae`; did you mean `name`?",
            "unknown priority; did you mean `\"high\"`?",
            "unknown overlap; did you mean `\"latest\"`?",
        ]
    );
    assert!(options.detach());
    assert_eq!(options.name().map(syn::LitStr::value).as_deref(), Some("x"));
    assert!(matches!(
        options.priority(),
        Some(value::Priority::Variant("High"))
    ));
    assert_eq!(options.overlap(), Some("latest"));
}

#[test]
fn one_mistake_is_one_error() {
    for (arguments, message) in [
        (
            quote!(nmae = 1),
            "unknown option `nmae`; did you mean `name`?",
        ),
        (quote!(nmae), "unknown option `nmae`; did you mean `name`?"),
        (
            quote!(nmae = "x", name = "y"),
            "unknown option `nmae`; did you mean `name`?",
        ),
        (
            quote!(name = "y", nmae = "x"),
            "unknown option `nmae`; did you mean `name`?",
        ),
        (
            quote!(return = f()),
            "unknown option `return`; did you mean `returns`?",
        ),
        (quote!(returns = tru), "did you mean `true`?"),
        (
            quote!(name = ""),
            "names cannot be empty; without one the function's is taken",
        ),
        (
            quote!(detach, returns = true),
            "choose one: `returns` already detaches",
        ),
        (
            quote!(returns = 1 + 1 as u32),
            "say which type: `returns = (1 + 1) as u32`",
        ),
        (
            quote!(returns = a && b),
            "say which type: `returns = (a && b) as T`",
        ),
        (
            quote!(returns = None),
            "say which type: `returns = None as Option<T>`",
        ),
        (
            quote!(returns = Ok(x.y())),
            "say which type: `returns = Ok(x.y()) as Result<T, E>`",
        ),
        (
            quote!(returns = !f()),
            "say which type: `returns = ! f() as T`",
        ),
    ] {
        let (options, errors) = read(Attribute::Coroutine, arguments.clone());
        assert_eq!(errors, [message], "{arguments}");
        assert!(
            !message.contains("return") || options.returns_unknown() || options.returns().is_some(),
            "{arguments}"
        );
    }
}

#[test]
fn any_tokens_end() {
    for arguments in [
        quote!(,),
        quote!(,,),
        quote!(=),
        quote!(= = =),
        quote!(name),
        quote!(name = = 1),
        quote!(name = "x" "y" "z"),
        quote!(::),
        quote!(a::),
        quote!(a::<b>::c = 1),
        quote!('a'),
        quote!(;),
        quote!([a] {b}),
        quote!(name = "x";),
        quote!(name = |x, y|),
        quote!(r#name),
    ] {
        let (_, errors) = read(Attribute::Main, arguments.clone());
        assert!(!errors.is_empty(), "{arguments}");
    }
}

#[test]
fn every_row_is_refused_where_it_is_not_allowed() {
    for row in table::TABLE {
        for attribute in Attribute::ALL {
            let key = Ident::new("x", Span::call_site());
            let mut errors = Errors::default();
            let key = if row.name == "crate" {
                quote!(crate)
            } else {
                let name = Ident::new(row.name, key.span());
                quote!(#name)
            };
            Options::read(attribute, key, &mut errors);
            let misplaced = errors
                .messages()
                .iter()
                .any(|message| message.contains("is only for"));
            assert_eq!(
                misplaced,
                !row.on.contains(&attribute),
                "{} on {attribute}",
                row.name
            );
        }
    }
}

#[test]
fn the_type_of_a_returned_variant() {
    for (value, ty) in [
        (quote!(glib::Propagation::Stop), quote!(glib::Propagation)),
        (quote!(Self::A), quote!(Self)),
        (quote!(Option::<u8>::None), quote!(Option::<u8>)),
        (quote!(f(1) as u8), quote!(u8)),
        (quote!(Vec::new() as Vec<u8>), quote!(Vec<u8>)),
    ] {
        let (options, errors) = read(Attribute::Coroutine, quote!(returns = #value));
        assert_eq!(errors, [] as [String; 0]);
        let Some((_, value::ReturnsType::Given(given))) = options.returns() else {
            panic!("{value} has a type");
        };
        assert_eq!(given.to_token_stream().to_string(), ty.to_string());
    }
}
