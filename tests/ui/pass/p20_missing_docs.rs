//! P20
#![deny(missing_docs, warnings)]

/// A module.
pub mod public {
    /// Documented.
    #[glib_coro::coroutine]
    pub async fn documented(x: &str, (y, z): (u8, u8)) -> Result<usize, String> {
        Ok(x.len() + usize::from(y + z))
    }

    /// A type.
    #[derive(Clone, Debug)]
    pub struct S;

    impl S {
        /// Documented.
        #[glib_coro::coroutine(detach)]
        pub async fn method(&self) {}
    }
}

#[glib_coro::main]
async fn main() {
    assert_eq!(public::documented("x", (1, 2)).await.unwrap(), Ok(4));
    public::S.method();
}
