// P58
#![deny(warnings)]

#[glib_coro::coroutine]
async fn r#async(r#type: &str, größe: u32, mut r#mut: u32) -> u32 {
    r#mut += größe;
    r#mut + r#type.len() as u32
}

#[derive(Clone)]
struct Größe(u32);

impl Größe {
    #[glib_coro::coroutine]
    async fn r#match(&self, r#type: &str) -> u32 {
        self.0 + r#type.len() as u32
    }

    #[glib_coro::coroutine]
    async fn länge(&self) -> u32 {
        self.0
    }
}

#[glib_coro::main]
pub(crate) async fn main() {
    let handle = r#async("x", 1, 2);
    assert_eq!(handle.name(), Some("async"));
    assert_eq!(handle.await.unwrap(), 4);
    assert_eq!(Größe(1).r#match("x").await.unwrap(), 2);
    let handle = Größe(1).länge();
    assert_eq!(handle.name(), Some("länge"));
    assert_eq!(handle.await.unwrap(), 1);
}
