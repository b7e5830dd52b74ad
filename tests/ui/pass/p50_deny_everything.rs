//! P50
#![deny(
    warnings,
    rust_2018_idioms,
    unreachable_pub,
    unused_qualifications,
    missing_docs,
    missing_debug_implementations,
    single_use_lifetimes,
    unused_lifetimes,
    trivial_casts,
    trivial_numeric_casts,
    unused_results,
    let_underscore_drop,
    unit_bindings,
    explicit_outlives_requirements,
    elided_lifetimes_in_paths,
    variant_size_differences,
    keyword_idents
)]
#![forbid(unsafe_code)]

/// A type.
#[derive(Clone, Debug)]
pub struct S(u8);

/// Free.
#[glib_coro::coroutine(name = "free", priority = "idle")]
pub async fn free(x: &str, mut y: u8, (a, _): (u8, u8)) -> Result<u8, String> {
    y += x.len() as u8;
    Ok(y + a)
}

#[glib_coro::coroutine(detach)]
async fn detached(x: &S) -> Result<(), String> {
    let _x = x;
    Ok(())
}

#[glib_coro::coroutine(returns = true)]
async fn returning<T: Clone + 'static>(x: &T) {
    let _x = x;
}

impl S {
    /// A method.
    #[glib_coro::coroutine]
    pub async fn method(&self, x: &str, (a, _): (u8, u8)) -> Result<u8, String> {
        Ok(self.0 + x.len() as u8 + a)
    }

    /// A method.
    #[glib_coro::coroutine]
    pub async fn unused_self(&self) {}

    /// A method.
    #[glib_coro::coroutine]
    pub async fn unused_value(self) {}
}

#[glib_coro::test]
async fn test() {}

#[glib_coro::main]
async fn main() -> Result<(), String> {
    assert_eq!(free("x", 1, (2, 3)).await.map_err(|error| error.to_string())?, Ok(4));
    let s = S(1);
    detached(&s);
    assert!(returning(&s));
    assert_eq!(s.method("x", (1, 2)).await.unwrap()?, 3);
    s.unused_self().await.unwrap();
    s.unused_value().await.unwrap();
    Ok(())
}
