// P44
#![deny(warnings, unreachable_pub)]

pub mod api {
    #[glib_coro::coroutine]
    pub async fn public() {}

    mod inner {
        #[glib_coro::coroutine]
        pub(crate) async fn in_crate() {}

        #[glib_coro::coroutine]
        pub(in crate::api) async fn in_path() {}

        #[glib_coro::coroutine]
        async fn private() {}

        pub(super) fn call() {
            private();
        }
    }

    pub(crate) fn call() {
        inner::in_crate();
        inner::in_path();
        inner::call();
    }
}

fn main() {
    glib_coro::block_on(async {
        api::public();
        api::call();
    });
}
