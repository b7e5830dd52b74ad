// P13
#![allow(unused, non_camel_case_types)]

mod std {}
mod core {}
mod glib {}
mod alloc {}
mod glib_coro_macros {}
struct Box;
struct Option;
struct Result;
struct String;
struct Vec;
struct Future;
struct Pin;
struct Clone;
struct ToOwned;
struct JoinHandle;
struct Priority;
struct bool;
struct str;
const Some: u8 = 1;
const None: u8 = 1;
const Ok: u8 = 1;
const Err: u8 = 1;
macro_rules! panic {
    ($($tokens:tt)*) => {};
}
fn drop() {}

struct Data(u8);

impl ::std::clone::Clone for Data {
    fn clone(&self) -> Self {
        Data(self.0)
    }
}

#[glib_coro::coroutine(priority = "idle")]
async fn free(data: &Data) -> ::std::result::Result<u8, ::std::string::String> {
    ::std::result::Result::Ok(data.0)
}

#[glib_coro::coroutine(returns = true)]
async fn returning() {}

#[glib_coro::coroutine(detach)]
async fn detached(data: &Data) -> ::std::result::Result<(), ::std::string::String> {
    ::std::result::Result::Ok(())
}

impl Data {
    #[glib_coro::coroutine]
    async fn method(&self, data: &Data, (a, b): (u8, u8)) -> u8 {
        self.0 + data.0 + a + b
    }
}

#[glib_coro::test]
async fn test() {}

#[glib_coro::main]
async fn main() {
    let data = Data(1);
    match free(&data).await {
        ::std::result::Result::Ok(::std::result::Result::Ok(1)) => {}
        _ => ::std::process::exit(1),
    }
    match data.method(&data, (1, 2)).await {
        ::std::result::Result::Ok(5) => {}
        _ => ::std::process::exit(2),
    }
    detached(&data);
    if !returning() {
        ::std::process::exit(3)
    }
}
