// F54: 6 errors
#[glib_coro::test]
#[test]
async fn plain() {}

#[glib_coro::test]
#[core::prelude::v1::test]
async fn core_v1() {}

#[glib_coro::test]
#[::core::prelude::rust_2015::test]
async fn core_2015() {}

#[glib_coro::test]
#[std::prelude::rust_2018::test]
async fn std_2018() {}

#[glib_coro::test]
#[::std::prelude::rust_2021::test]
async fn std_2021() {}

#[glib_coro::test]
#[should_panic]
#[std::prelude::rust_2024::test]
async fn std_2024() {}

fn main() {}
