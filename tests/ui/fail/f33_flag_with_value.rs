// F33: 3 errors
#[glib_coro::coroutine(detach = true)]
async fn f() {}

#[glib_coro::coroutine(detach())]
async fn nothing_in_it() {}

#[glib_coro::coroutine(detach(true), name = "x")]
async fn in_parentheses() {}

fn main() {
    let () = f();
    let () = nothing_in_it();
    let () = in_parentheses();
}
