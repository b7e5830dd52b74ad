// F14: 4 errors
#[glib_coro::coroutine]
async fn add(x: &mut u32, y: u32) {
    *x += y;
}

#[glib_coro::coroutine]
async fn two(x: &mut u32, y: &mut Vec<String>) -> impl Clone {
    y.push(x.to_string());
    y.clone()
}

struct S;

impl S {
    #[glib_coro::coroutine(detach)]
    async fn method(&self, (x, _): &mut (u32, u32)) {
        *x += 1;
    }
}

fn main() {
    let mut x = 1;
    add(&mut x, 2).abort();
    two(&mut x, &mut Vec::new()).abort();
    S.method(&mut (1, 2));
}
