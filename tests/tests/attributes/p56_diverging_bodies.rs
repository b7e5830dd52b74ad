// P56
#![deny(warnings)]

#[glib_coro::coroutine]
async fn panics() -> u8 {
    panic!("x")
}

#[glib_coro::coroutine]
async fn not_done() -> Result<String, Box<dyn std::error::Error>> {
    todo!()
}

#[glib_coro::coroutine]
async fn endless() -> Vec<u8> {
    loop {
        glib_coro::yield_now().await;
    }
}

#[glib_coro::coroutine]
async fn never() -> ! {
    loop {
        glib_coro::yield_now().await;
    }
}

#[glib_coro::coroutine(detach)]
async fn never_detached() -> ! {
    loop {
        glib_coro::yield_now().await;
    }
}

struct S;

impl S {
    #[glib_coro::coroutine]
    async fn method(self) -> u8 {
        unreachable!()
    }

    #[glib_coro::coroutine]
    async fn endless(self) -> Result<u8, String> {
        loop {
            glib_coro::yield_now().await;
        }
    }

    #[glib_coro::coroutine]
    async fn never(self) -> ! {
        loop {
            glib_coro::yield_now().await;
        }
    }
}

#[glib_coro::test]
async fn test() -> Result<(), String> {
    if glib_coro::task::try_id().is_some() {
        return Ok(());
    }
    unreachable!()
}

#[glib_coro::main]
async fn entry() -> u8 {
    todo!()
}

#[glib_coro::main]
pub(crate) async fn main() {
    endless();
    never();
    never_detached();
    S.endless();
    S.never();
    glib_coro::yield_now().await;
    let _ = (panics, not_done, entry, S::method);
}
