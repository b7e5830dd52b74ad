// F12: 2 errors
#[glib_coro::test]
async unsafe fn test() {}

#[glib_coro::main]
async unsafe fn main() {}
