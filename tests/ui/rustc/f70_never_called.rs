// F70: 3 errors
#![deny(dead_code)]

#[glib_coro::coroutine]
async fn free(x: &str) -> Result<usize, String> {
    Ok(x.len())
}

struct S;

impl S {
    #[glib_coro::coroutine(detach)]
    async fn method(self) {}
}

#[glib_coro::main]
async fn entry() {}

fn main() {
    let _ = S;
}
