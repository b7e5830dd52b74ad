// F21: 2 errors
struct S(u32);

impl S {
    #[glib_coro::coroutine]
    async fn f(&mut self) -> u32 {
        self.0 += 1;
        self.0
    }

    #[glib_coro::coroutine(detach)]
    async fn g(self: &mut Self, x: &str) {
        self.0 += x.len() as u32;
    }
}

fn main() {
    S(1).f().abort();
    S(1).g("x");
}
