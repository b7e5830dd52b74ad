// P36
#![deny(warnings)]
use std::ffi::{CStr, OsStr};
use std::path::Path;
use std::rc::Rc;

struct NotClone(u8);

#[glib_coro::coroutine]
async fn all(
    a: &str,
    b: &[u8],
    c: &Path,
    d: &OsStr,
    e: &CStr,
    f: &[u8; 2],
    g: &Rc<NotClone>,
    h: &Vec<String>,
) -> usize {
    a.len()
        + b.len()
        + c.as_os_str().len()
        + d.len()
        + e.to_bytes().len()
        + f.len()
        + usize::from(g.0)
        + h.len()
}

#[glib_coro::coroutine]
async fn lasting(a: &'static str, b: &'static NotClone, c: &'static dyn Fn() -> u8) -> &'static u8 {
    assert_eq!((a.len(), c()), (1, 1));
    &b.0
}

struct S;

impl S {
    #[glib_coro::coroutine]
    async fn method(self, a: &str, b: &[NotCopy], c: &'static NotClone) -> u8 {
        a.len() as u8 + b[0].0 + c.0
    }
}

#[derive(Clone)]
struct NotCopy(u8);

static ONE: NotClone = NotClone(1);

#[glib_coro::main]
pub(crate) async fn main() {
    let text = String::from("x");
    let sum = {
        let (b, g, h) = (vec![1], Rc::new(NotClone(1)), vec![String::new()]);
        all(&text, &b, "x".as_ref(), "x".as_ref(), c"x", &[1, 2], &g, &h)
    };
    assert_eq!(sum.await.unwrap(), 9);
    assert_eq!(*lasting("x", &ONE, &|| 1).await.unwrap(), 1);
    assert_eq!(S.method("x", &[NotCopy(1)], &ONE).await.unwrap(), 3);
}
