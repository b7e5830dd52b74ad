//! Finds what a type borrows, as far as its tokens tell.

use proc_macro2::Span;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{
    AngleBracketedGenericArguments, BoundLifetimes, GenericArgument, GenericParam, Ident, Lifetime,
    Path, PathArguments, ReturnType, Token, Type, TypeParamBound, TypeReference,
};

/// One borrow inside a type that lasts for less than `'static`.
pub(crate) enum Borrow {
    /// `&T` or `&mut T` without a lifetime: where the `&` stands.
    Reference(Span),
    /// `'a` or `'_`.
    Lifetime(Lifetime),
}

impl Borrow {
    pub(crate) fn span(&self) -> Span {
        match self {
            Self::Reference(span) => *span,
            Self::Lifetime(lifetime) => lifetime.span(),
        }
    }
}

/// Every borrow in `ty`, in the order of the tokens.
///
/// What a function pointer or a `Fn` bound takes and returns is borrowed later, by whoever calls it, and does not count; nor do
/// lifetimes that a `for<…>` introduces.
pub(crate) fn borrows(ty: &Type) -> Vec<Borrow> {
    let mut finder = Finder::default();
    finder.ty(ty);
    finder.found
}

#[derive(Default)]
struct Finder {
    found: Vec<Borrow>,
    bound: Vec<Ident>,
}

impl Finder {
    fn ty(&mut self, ty: &Type) {
        match ty {
            Type::Reference(reference) => self.reference(reference),
            Type::Path(path) => {
                if let Some(qself) = &path.qself {
                    self.ty(&qself.ty);
                }
                self.path(&path.path);
            }
            Type::Tuple(tuple) => tuple.elems.iter().for_each(|ty| self.ty(ty)),
            Type::Array(array) => self.ty(&array.elem),
            Type::Slice(slice) => self.ty(&slice.elem),
            Type::Paren(paren) => self.ty(&paren.elem),
            Type::Group(group) => self.ty(&group.elem),
            Type::Ptr(pointer) => self.ty(&pointer.elem),
            Type::TraitObject(object) => self.bounds(&object.bounds),
            Type::ImplTrait(opaque) => self.bounds(&opaque.bounds),
            _ => {}
        }
    }

    fn reference(&mut self, reference: &TypeReference) {
        match &reference.lifetime {
            Some(lifetime) => self.lifetime(lifetime),
            None => self
                .found
                .push(Borrow::Reference(reference.and_token.span())),
        }
        self.ty(&reference.elem);
    }

    fn lifetime(&mut self, lifetime: &Lifetime) {
        if lifetime.ident != "static" && !self.bound.contains(&lifetime.ident) {
            self.found.push(Borrow::Lifetime(lifetime.clone()));
        }
    }

    fn path(&mut self, path: &Path) {
        for segment in &path.segments {
            if let PathArguments::AngleBracketed(arguments) = &segment.arguments {
                self.arguments(arguments);
            }
        }
    }

    fn arguments(&mut self, arguments: &AngleBracketedGenericArguments) {
        for argument in &arguments.args {
            match argument {
                GenericArgument::Lifetime(lifetime) => self.lifetime(lifetime),
                GenericArgument::Type(ty) => self.ty(ty),
                GenericArgument::AssocType(assoc) => self.ty(&assoc.ty),
                GenericArgument::Constraint(constraint) => self.bounds(&constraint.bounds),
                _ => {}
            }
        }
    }

    fn bounds(&mut self, bounds: &Punctuated<TypeParamBound, Token![+]>) {
        for bound in bounds {
            match bound {
                TypeParamBound::Lifetime(lifetime) => self.lifetime(lifetime),
                TypeParamBound::Trait(bound) => {
                    let outer = self.bound.len();
                    self.bind(bound.lifetimes.as_ref());
                    self.path(&bound.path);
                    self.bound.truncate(outer);
                }
                _ => {}
            }
        }
    }

    fn bind(&mut self, lifetimes: Option<&BoundLifetimes>) {
        for parameter in lifetimes.iter().flat_map(|binder| &binder.lifetimes) {
            if let GenericParam::Lifetime(parameter) = parameter {
                self.bound.push(parameter.lifetime.ident.clone());
            }
        }
    }
}

/// The type without the parentheses and invisible groups around it.
pub(crate) fn bare(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => bare(&group.elem),
        Type::Paren(paren) => bare(&paren.elem),
        ty => ty,
    }
}

/// The type after `->`, where there is one.
pub(crate) fn returned(output: &ReturnType) -> Option<&Type> {
    match output {
        ReturnType::Default => None,
        ReturnType::Type(_, ty) => Some(ty),
    }
}
