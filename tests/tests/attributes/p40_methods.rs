// P40
#![deny(warnings)]
use std::cell::Cell;
use std::pin::Pin;
use std::rc::Rc;

#[derive(Clone)]
struct S(Rc<Cell<u32>>);

impl S {
    #[glib_coro::coroutine]
    async fn by_value(self) -> u32 {
        self.0.get()
    }

    #[glib_coro::coroutine]
    async fn by_rc(self: Rc<Self>, x: &str) -> u32 {
        self.0.get() + x.len() as u32
    }

    #[glib_coro::coroutine]
    async fn by_pin(self: Pin<Box<Self>>) -> u32 {
        self.0.get()
    }

    #[glib_coro::coroutine]
    async fn by_reference(&self, x: u32) -> u32 {
        glib_coro::yield_now().await;
        self.add(x);
        let add = |x| self.add(x);
        add(x);
        println!("{}", self.0.get());
        struct Inner(u32);
        impl Inner {
            fn get(&self) -> u32 {
                self.0
            }
        }
        self.0.get() + Inner(x).get()
    }

    #[glib_coro::coroutine]
    async fn by_typed_reference(self: &Self) -> u32 {
        self.0.get()
    }

    #[glib_coro::coroutine]
    async fn by_reference_to_rc(self: &Rc<Self>) -> Rc<Self> {
        Rc::clone(self)
    }

    #[glib_coro::coroutine(detach)]
    async fn detached(&self) {
        self.add(1);
    }

    fn add(&self, x: u32) {
        self.0.set(self.0.get() + x);
    }
}

#[glib_coro::main]
pub(crate) async fn main() {
    let s = S(Rc::new(Cell::new(1)));
    assert_eq!(s.clone().by_value().await.unwrap(), 1);
    assert_eq!(Rc::new(s.clone()).by_rc("x").await.unwrap(), 2);
    assert_eq!(Box::pin(s.clone()).by_pin().await.unwrap(), 1);
    assert_eq!(s.by_reference(2).await.unwrap(), 7);
    assert_eq!(s.by_typed_reference().await.unwrap(), 5);
    let rc = Rc::new(s.clone());
    assert!(Rc::ptr_eq(&rc.by_reference_to_rc().await.unwrap(), &rc));
    s.detached();
    glib_coro::yield_now().await;
    assert_eq!(s.0.get(), 6);
}
