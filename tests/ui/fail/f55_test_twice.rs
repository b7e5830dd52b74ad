// F55: 2 errors
#[glib_coro::test]
#[glib_coro::test]
async fn by_path() {}

mod imported {
    use glib_coro::test;

    #[test]
    #[test]
    async fn by_name() {}
}

fn main() {}
