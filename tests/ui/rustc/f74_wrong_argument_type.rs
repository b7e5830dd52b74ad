// F74: 1 error
#[derive(Clone)]
struct Button;

#[derive(Clone)]
struct Entry;

fn connect_clicked<F: Fn(&Button) + 'static>(_: F) {}

#[glib_coro::coroutine(detach)]
async fn on_clicked(_entry: &Entry) {}

fn main() {
    let _ = (Button, Entry);
    connect_clicked(on_clicked);
}
