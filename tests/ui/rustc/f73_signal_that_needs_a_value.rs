// F73: 1 error
#[derive(Clone)]
struct Window;

struct Propagation;

fn connect_close_request<F: Fn(&Window) -> Propagation + 'static>(_: F) {}

#[glib_coro::coroutine(detach)]
async fn on_close(_window: &Window) {}

fn main() {
    let _ = Propagation;
    connect_close_request(on_close);
}
