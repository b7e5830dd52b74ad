//! `#[glib_coro::main]` and `#[glib_coro::test]`: a plain function that runs its body to the end.

use super::generics::closed;
use super::{Plan, body};
use crate::arguments::Arguments;
use crate::attribute::Attribute;
use crate::refuse::Verdict;
use crate::span::{generated_at, respan};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;

/// What the options say about the loop and the time, as method calls.
fn options(plan: &Plan<'_>) -> TokenStream {
    let private = &plan.private;
    let context = plan.options.context().map(|(context, span)| {
        let context = match context {
            "default" => "DefaultContext",
            _ => "NewContext",
        };
        // Shown where it is written: not every build of the runtime knows contexts.
        let span = generated_at(span);
        let (private, context) = (respan(private, span), Ident::new(context, span));
        quote_spanned!(span=> .context(#private::#context))
    });
    let event_loop = plan.options.event_loop().map(|event_loop| {
        let span = generated_at(event_loop.span());
        quote_spanned!(span=> .event_loop(#event_loop))
    });
    let timeout = plan
        .options
        .timeout()
        .map(|milliseconds| quote!(.timeout(#milliseconds)));
    quote!(#context #event_loop #timeout)
}

pub(super) fn expand(plan: &Plan<'_>) -> TokenStream {
    let private = &plan.private;
    let function = plan.function;
    let arguments = Arguments::of(&function.sig);
    let (items, call, inner) = match plan.verdict {
        Verdict::Expand => {
            // The body may borrow from the caller, who waits for it.
            let wrapped = body::wrap(plan, &arguments, false);
            let runner = Ident::new(plan.attribute.word(), Span::mixed_site());
            let (label, future) = (plan.name(), wrapped.future);
            let options = options(plan);
            let call = quote!(#private::#runner(#label) #options.run(#future));
            (wrapped.items, call, wrapped.attrs)
        }
        Verdict::Check => {
            let wrapped = body::wrap(plan, &arguments, false);
            (wrapped.items, quote!(loop {}), wrapped.attrs)
        }
        Verdict::Declare | Verdict::Keep => (
            body::declared(function),
            quote!(loop {}),
            TokenStream::new(),
        ),
    };
    let (attrs, vis, sig) = (&function.attrs, &function.vis, &function.sig);
    let (fn_token, name, output) = (&sig.fn_token, &sig.ident, &sig.output);
    let (generics, bounds) = (&sig.generics, &sig.generics.where_clause);
    let generics = if generics.params.is_empty() {
        closed(sig, None)
    } else {
        generics.to_token_stream()
    };
    let harness = (plan.attribute == Attribute::Test).then(|| quote!(#[#private::test]));
    let inputs = if plan.verdict > Verdict::Expand && name == "main" {
        Vec::new()
    } else {
        arguments.declare()
    };
    let parameters = function.parameters(&inputs);
    let block = function.block(quote!(#items #call));
    quote! {
        #(#attrs)* #inner #harness
        #vis #fn_token #name #generics #parameters #output #bounds #block
    }
}
