// F72: 1 error
struct Button;

fn connect_clicked<F: Fn(&Button) + 'static>(_: F) {}

impl Clone for Button {
    fn clone(&self) -> Self {
        Button
    }
}

#[glib_coro::coroutine]
async fn on_clicked(_button: &Button) {}

fn main() {
    connect_clicked(on_clicked);
}
