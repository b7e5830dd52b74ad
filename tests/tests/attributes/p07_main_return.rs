// P07
#![deny(warnings)]

#[glib_coro::main]
async fn only_return() -> Result<(), ()> {
    return Ok(());
}

#[glib_coro::main]
async fn endless_loop() -> Result<u8, ()> {
    loop {
        if !never() {
            return Ok(1);
        }
    }
}

fn never() -> bool {
    false
}

pub(crate) fn main() {
    only_return().unwrap();
    assert_eq!(endless_loop(), Ok(1));
}
