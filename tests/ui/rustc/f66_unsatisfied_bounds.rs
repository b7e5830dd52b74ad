// F66: 13 errors
struct Sorted<T: Ord>(Vec<T>);

// A plain `async fn`: two errors for the argument, one for the output.
async fn plain_argument(x: Sorted<f32>) {}

async fn plain_output() -> Result<Sorted<f32>, String> {
    todo!()
}

// One more each.
#[glib_coro::coroutine]
async fn argument(x: Sorted<f32>) {}

#[glib_coro::coroutine]
async fn output() -> Sorted<f32> {
    todo!()
}

#[glib_coro::coroutine]
async fn result() -> Result<Sorted<f32>, String> {
    todo!()
}

struct Window;

impl Window {
    // Two more.
    #[glib_coro::coroutine]
    async fn method(self) -> Sorted<f32> {
        todo!()
    }
}

fn main() {}
