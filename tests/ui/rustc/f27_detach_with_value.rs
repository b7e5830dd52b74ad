// F27: 3 errors
#[glib_coro::coroutine(detach)]
async fn f() -> u32 {
    1
}

struct S;

impl S {
    #[glib_coro::coroutine(detach)]
    async fn method(self, name: &str) -> Result<usize, std::fmt::Error> {
        Ok(name.len())
    }
}

type Answer = Result<u8, u8>;

#[glib_coro::coroutine(detach, priority = "idle")]
async fn alias() -> Answer {
    Err(1)
}

fn main() {
    f();
    S.method("x");
    alias();
}
