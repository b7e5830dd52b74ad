// P33
#![deny(warnings)]

#[derive(Clone)]
struct Point {
    x: u32,
    y: u32,
}

#[glib_coro::coroutine]
async fn free((a, (b, _)): (u32, (u32, u32)), Point { x, y: z }: Point, [c, ..]: [u32; 3]) -> u32 {
    a + b + x + z + c
}

#[glib_coro::coroutine]
async fn borrowed((a, b): &(u32, u32), &Point { x, y }: &Point, &c: &u32) -> u32 {
    a + b + x + y + c
}

impl Point {
    #[glib_coro::coroutine]
    async fn method(&self, (a, mut b): (u32, u32), Point { x, y: z }: &Point) -> u32 {
        b += 1;
        self.x + self.y + a + b + x + z
    }
}

#[glib_coro::main]
pub(crate) async fn main() {
    let point = Point { x: 1, y: 2 };
    assert_eq!(
        free((1, (2, 3)), point.clone(), [4, 5, 6]).await.unwrap(),
        10
    );
    let method = point.method((1, 2), &point).await.unwrap();
    assert_eq!(method, 10);
    assert_eq!(borrowed(&(1, 2), &point, &3).await.unwrap(), 9);
}
