// P08
#![deny(warnings)]

#[glib_coro::main]
async fn sum(numbers: &[u32], total: &mut u32, (a, b): (u32, u32)) -> u32 {
    glib_coro::yield_now().await;
    *total += numbers.iter().sum::<u32>() + a + b;
    *total
}

#[glib_coro::main]
async fn longest<'a>(x: &'a str, y: &'a str) -> &'a str {
    if x.len() > y.len() { x } else { y }
}

pub(crate) fn main() {
    let mut total = 0;
    assert_eq!(sum(&[1, 2], &mut total, (3, 4)), 10);
    assert_eq!(sum(&[1, 2], &mut total, (3, 4)), 20);
    assert_eq!(total, 20);
    assert_eq!(longest("ab", "c"), "ab");
}
