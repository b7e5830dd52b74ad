// P57
#![deny(warnings)]

#[glib_coro::coroutine(name = "x", priority = "idle")]
async fn free(
    body: &str,
    inner: u32,
    args: u32,
    __0: u32,
    future: u32,
    (how, task): (u32, u32),
    arg5: u32,
    arg6: u32,
    free: u32,
) -> u32 {
    body.len() as u32 + inner + args + __0 + future + how + task + arg5 + arg6 + free
}

#[derive(Clone)]
struct S(u32);

impl S {
    #[glib_coro::coroutine]
    async fn method(&self, this: u32, body: &str, (_, receiver): (u32, u32), arg2: u32) -> u32 {
        self.0 + this + body.len() as u32 + receiver + arg2
    }
}

#[glib_coro::main]
pub(crate) async fn main() {
    assert_eq!(free("x", 1, 1, 1, 1, (1, 1), 1, 1, 1).await.unwrap(), 10);
    assert_eq!(S(1).method(1, "x", (0, 1), 1).await.unwrap(), 5);
}
