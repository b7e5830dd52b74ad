// F02: 11 errors
#[glib_coro::coroutine]
struct A;

#[glib_coro::coroutine]
pub enum B {}

#[glib_coro::coroutine]
const C: u8 = 1;

#[glib_coro::coroutine]
static D: u8 = 1;

#[glib_coro::coroutine]
pub(crate) use std::rc::Rc;

#[glib_coro::coroutine]
type E = u8;

#[glib_coro::main]
#[derive(Clone)]
struct F<T>(T);

#[glib_coro::main]
const G: usize = 1;

#[glib_coro::test]
enum H {}

#[glib_coro::test]
impl A {}

#[glib_coro::test]
union U {
    a: u8,
}

fn main() {
    let _ = (A, C, D, F(Rc::new(1 as E)), G);
}
