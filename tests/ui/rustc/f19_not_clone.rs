// F19: 2 errors
struct Socket;

impl Socket {
    fn send(&self) {}
}

#[glib_coro::coroutine]
async fn f(socket: &Socket, n: u8) -> u8 {
    socket.send();
    n
}

struct S;

impl S {
    #[glib_coro::coroutine]
    async fn method(self, socket: &Socket) {
        socket.send();
    }
}

fn main() {
    f(&Socket, 1).abort();
    S.method(&Socket).abort();
}
