// P40
#![deny(warnings)]
use std::cell::Cell;
use std::fmt::{self, Write as _};
use std::pin::Pin;
use std::rc::Rc;

#[derive(Clone)]
struct S(Rc<Cell<u32>>);

impl fmt::Display for S {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("S{}", self.0.get()))
    }
}

impl fmt::Debug for S {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{self}>")
    }
}

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

    #[glib_coro::coroutine]
    async fn in_format_strings(&self, width: usize) -> String {
        assert!(self.0.get() > 0, "{self} in {}", "a message");
        assert_eq!(self.0.get(), 6, "{self}");
        let mut text = format!("{self:>width$}{self}");
        let add = |end: &str| format!("{text}{self}{end:>self$}", self = self.0.get() as usize);
        text = [add("|")].concat();
        write!(
            text,
            r#"{{self}} {self:?} {}"#,
            [format!("{self}")].concat(),
        )
        .unwrap();
        struct Inner(u32);
        impl fmt::Display for Inner {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{self:p}{}", self.0).map(|()| drop(format!("{:?}", vec!["{self}"])))
            }
        }
        assert!(Inner(3).to_string().ends_with('3'));
        text + "{self}"
    }

    #[glib_coro::coroutine]
    async fn beside_a_name_like_the_expansions(&self) -> String {
        let self_ = self.0.get() + 1;
        let in_coroutine = async { format!("{self}{self_}") }.await;
        macro_rules! with {
            ($x:expr) => {
                ($x, self.0.get())
            };
        }
        let (self__, _) = with!(self.0.get());
        format!("{in_coroutine}{self__}{}", stringify!(self.0))
    }

    #[glib_coro::coroutine]
    async fn in_a_macro_of_ones_own(&self) -> String {
        macro_rules! my_log {
            ($($tokens:tt)*) => { format!($($tokens)*) };
        }
        my_log!("{self} {}", 1)
    }

    #[glib_coro::coroutine]
    async fn asserts(&self) {
        assert!(self.0.get() == 0);
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
    let text = s.in_format_strings(3).await.unwrap();
    assert_eq!(text, " S6S66     |{self} <S6> S6{self}");
    let text = s.beside_a_name_like_the_expansions().await.unwrap();
    assert_eq!(text, "S676self.0");
    assert_eq!(s.in_a_macro_of_ones_own().await.unwrap(), "S6 1");
    let error = s.asserts().await.unwrap_err().to_string();
    assert!(
        error.ends_with("assertion failed: self_.0.get() == 0"),
        "{error}"
    );
}
