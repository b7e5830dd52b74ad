//! Where the runtime is, seen from the crate that is being compiled.

use crate::manifest::Manifest;
use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

const PACKAGE: &str = "glib-coro";

/// The manifest has no such dependency.
#[derive(Debug)]
pub(crate) struct Absent;

/// The path to the runtime, found in the manifest of the crate that is being compiled.
pub(crate) fn find() -> Result<TokenStream, Absent> {
    let name = name()?.replace('-', "_");
    let name = Ident::new(&name, Span::mixed_site());
    Ok(quote!(::#name))
}

fn name() -> Result<String, Absent> {
    // Inside the package itself `crate` would be wrong: its examples, tests and doctests are crates of their own. The library
    // calls itself `glib_coro` as well (`extern crate self`), so one path serves them all.
    if env::var("CARGO_PKG_NAME").is_ok_and(|name| name == PACKAGE) {
        return Ok(PACKAGE.to_owned());
    }
    // Another build system than Cargo, or a manifest that cannot be read: the usual name is the best that can be tried.
    let Some(directory) = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from) else {
        return Ok(PACKAGE.to_owned());
    };
    let Some(manifest) = manifest(&directory) else {
        return Ok(PACKAGE.to_owned());
    };
    manifest
        .dependency(PACKAGE, || workspace(&directory, &manifest))
        .ok_or(Absent)
}

fn manifest(directory: &Path) -> Option<Manifest> {
    let text = fs::read_to_string(directory.join("Cargo.toml")).ok()?;
    Manifest::read(&text).ok()
}

/// The manifest of the workspace that the package in `directory` belongs to.
fn workspace(directory: &Path, package: &Manifest) -> Option<Manifest> {
    if package.is_workspace() {
        return manifest(directory);
    }
    if let Some(path) = package.workspace_path() {
        return manifest(&directory.join(path));
    }
    directory
        .ancestors()
        .skip(1)
        .filter_map(manifest)
        .find(Manifest::is_workspace)
}
