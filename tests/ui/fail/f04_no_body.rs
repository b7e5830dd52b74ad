// F04: 1 error
trait Load {
    #[glib_coro::coroutine]
    async fn load(&self, path: &str) -> String;
}

fn use_it(load: &dyn Load) {
    load.load("x").abort();
}

fn main() {
    let _ = use_it;
}
