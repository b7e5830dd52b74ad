// F80: 4 errors
#[glib_coro::coroutine(overlap = "drop", per = buton)]
async fn two(button: u8, count: u8) {
    let _ = (button, count);
}

#[glib_coro::coroutine(overlap = "drop", per = x)]
async fn pattern((x, y): (u8, u8)) {
    let _ = (x, y);
}

#[glib_coro::coroutine(overlap = "drop", per = self)]
async fn free(x: u8) {
    let _ = x;
}

#[glib_coro::coroutine(overlap = "drop", per = "button")]
async fn no_name(button: u8) {
    let _ = button;
}

fn main() {
    two(1, 2).abort();
    pattern((1, 2)).abort();
    free(1).abort();
    no_name(1).abort();
}
