// P09
#![deny(warnings)]

trait Run {
    fn by_value(self) -> u32;
    fn by_reference(&self, n: u32) -> u32;
    fn by_mutable(&mut self, n: &mut u32) -> Result<u32, std::num::ParseIntError>;
}

struct S(u32);

impl Run for S {
    #[glib_coro::main]
    async fn by_value(self) -> u32 {
        glib_coro::yield_now().await;
        self.0
    }

    #[glib_coro::main]
    async fn by_reference(&self, n: u32) -> u32 {
        glib_coro::yield_now().await;
        self.0 + n
    }

    #[glib_coro::main]
    async fn by_mutable(&mut self, n: &mut u32) -> Result<u32, std::num::ParseIntError> {
        self.0 += "1".parse::<u32>()?;
        *n += 1;
        Ok(Self::one() + self.0)
    }
}

impl S {
    fn one() -> u32 {
        1
    }
}

pub(crate) fn main() {
    let mut n = 1;
    let mut s = S(1);
    assert_eq!(s.by_reference(2), 3);
    assert_eq!(s.by_mutable(&mut n), Ok(3));
    assert_eq!(n, 2);
    assert_eq!(s.by_value(), 2);
}
