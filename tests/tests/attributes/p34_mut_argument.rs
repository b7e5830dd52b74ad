// P34
#![deny(warnings)]

#[glib_coro::coroutine]
async fn free(mut x: u32, mut y: String) -> String {
    x += 1;
    y.push_str(&x.to_string());
    y
}

struct S(u32);

impl S {
    #[glib_coro::coroutine]
    async fn method(mut self, mut x: u32, mut y: &str) -> u32 {
        self.0 += 1;
        x += self.0;
        y = y.trim();
        x + y.len() as u32
    }
}

#[glib_coro::main]
pub(crate) async fn main() {
    assert_eq!(free(1, "x".into()).await.unwrap(), "x2");
    assert_eq!(S(1).method(1, " x ").await.unwrap(), 4);
}
