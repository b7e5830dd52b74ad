// P63
#![deny(warnings)]
use std::cell::Cell;
use std::rc::Rc;

struct Counted(Rc<Cell<u32>>);

impl Clone for Counted {
    fn clone(&self) -> Self {
        self.0.set(self.0.get() + 1);
        Self(self.0.clone())
    }
}

#[glib_coro::coroutine]
async fn free(x: &Counted, y: Counted, z: &str) -> String {
    let _ = (x, y);
    z.to_owned()
}

impl Counted {
    #[glib_coro::coroutine]
    async fn method(&self, x: &Counted) -> u32 {
        self.0.get() + x.0.get()
    }
}

#[glib_coro::test]
async fn once_each_and_before_the_body() {
    let clones = Rc::new(Cell::new(0));
    let (x, y) = (Counted(clones.clone()), Counted(clones.clone()));
    let mut z = String::from("before");
    let handle = free(&x, y, &z);
    assert_eq!(clones.get(), 1);
    z.push_str(" and after");
    assert_eq!(handle.await.unwrap(), "before");
    assert_eq!(clones.get(), 1);

    let handle = x.method(&x);
    assert_eq!(clones.get(), 3);
    drop(x);
    assert_eq!(handle.await.unwrap(), 6);
    assert_eq!(clones.get(), 3);
}
