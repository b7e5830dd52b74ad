//! `#[glib_coro::main]` and `#[glib_coro::test]`: a plain function that runs its body to the end.

use super::generics::closed;
use super::{Plan, body};
use crate::arguments::Arguments;
use crate::attribute::Attribute;
use crate::refuse::Verdict;
use crate::span::{generated_at, respan};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::Expr;
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
    let paused = plan.options.start_paused().map(|paused| {
        // Likewise: the virtual clock is a feature.
        let span = generated_at(paused.span());
        let private = respan(private, span);
        quote_spanned!(span=> .start_paused(#private::Paused(#paused)))
    });
    let tokio = tokio(plan).map(|tokio| quote!(.tokio(#tokio)));
    let timeout = plan
        .options
        .timeout()
        .map(|milliseconds| quote!(.timeout(#milliseconds)));
    quote!(#context #event_loop #tokio #paused #timeout)
}

/// What has tokio's runtime current, if that is asked for. Shown at the key, likewise.
fn tokio(plan: &Plan<'_>) -> Option<TokenStream> {
    let span = generated_at(plan.options.tokio()?);
    let private = respan(&plan.private, span);
    Some(quote_spanned!(span=> #private::Tokio))
}

/// The call that runs the body inside an application, which is its argument.
fn run_in(
    application: &Expr,
    plan: &Plan<'_>,
    arguments: &Arguments<'_>,
    future: &TokenStream,
) -> TokenStream {
    let (label, parameters) = (plan.name(), arguments.declare());
    // Shown at the value: it may be no application, or there may be no such thing in this build of the runtime.
    let span = generated_at(application.span());
    let private = respan(&plan.private, span);
    let tokio = tokio(plan).map(|tokio| {
        let tokio =
            quote_spanned!(generated_at(application.span())=> #private::Reactor::enter(#tokio));
        quote!(let _tokio = #tokio;)
    });
    quote_spanned! {span=>
        #tokio
        #private::application(&#label, #application, async move |#(#parameters),*| #future.await)
    }
}

pub(super) fn expand(plan: &Plan<'_>) -> TokenStream {
    let private = &plan.private;
    let function = plan.function;
    let arguments = Arguments::of(&function.sig);
    let (items, call, inner) = match plan.verdict {
        Verdict::Expand => {
            // The body may borrow from the caller, who waits for it.
            let wrapped = body::wrap(plan, &arguments, false);
            let call = match plan.options.application() {
                Some(application) => run_in(application, plan, &arguments, &wrapped.future),
                None => {
                    let runner = Ident::new(plan.attribute.word(), Span::mixed_site());
                    let (label, future) = (plan.name(), wrapped.future);
                    let options = options(plan);
                    quote!(#private::#runner(#label) #options.run(#future))
                }
            };
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
    let application = plan.options.application().is_some();
    let inputs = if application || plan.verdict > Verdict::Expand && name == "main" {
        Vec::new()
    } else {
        arguments.declare()
    };
    // What the application says counts as well as what the body returns.
    let output = if application {
        quote!(-> #private::ExitCode)
    } else {
        output.to_token_stream()
    };
    let parameters = function.parameters(&inputs);
    let block = function.block(quote!(#items #call));
    quote! {
        #(#attrs)* #inner #harness
        #vis #fn_token #name #generics #parameters #output #bounds #block
    }
}
