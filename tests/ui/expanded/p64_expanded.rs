// P64
use std::process::ExitCode;

#[glib_coro::coroutine(name = "adds", overlap = "queue")]
async fn add(a: u8, b: &u8) -> u8 {
    glib_coro::yield_now().await;
    a + b
}

#[glib_coro::coroutine]
async fn names(body: u8, future: &str, (inner, _): (u8, u8)) -> Result<u8, std::num::ParseIntError> {
    Ok(body + future.parse::<u8>()? + inner)
}

#[derive(Clone)]
struct Object(u8);

impl Object {
    #[glib_coro::coroutine]
    async fn get(&self, plus: &u8) -> u8 {
        self.0 + plus
    }

    #[glib_coro::coroutine(detach, priority = "high")]
    async fn nothing(self) {}
}

#[glib_coro::coroutine(returns = Option::<u8>::None)]
async fn generic<T: Clone + 'static, const N: usize>(values: &[T; N])
where
    T: PartialEq,
{
    let _ = values.contains(&values[0]);
}

#[glib_coro::main(event_loop = glib_coro::event_loop::Standalone::new())]
async fn main() -> ExitCode {
    Object(0).nothing();
    if generic(&[1, 2]).is_some() {
        return ExitCode::FAILURE;
    }
    let (Ok(sum), Ok(Ok(more)), Ok(last)) = (
        add(1, &2).await,
        names(3, "4", (5, 6)).await,
        Object(20).get(&7).await,
    ) else {
        return ExitCode::FAILURE;
    };
    ExitCode::from(sum + more + last)
}
