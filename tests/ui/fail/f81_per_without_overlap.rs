// F81: 2 errors
#[glib_coro::coroutine(per = button)]
async fn none(button: u8) {
    let _ = button;
}

#[glib_coro::coroutine(per = button, overlap = "parallel")]
async fn parallel(button: u8) {
    let _ = button;
}

fn main() {
    none(1).abort();
    parallel(1).abort();
}
