// P25
#![deny(warnings)]
use std::error::Error;

#[glib_coro::test]
async fn question_mark() -> Result<(), Box<dyn Error>> {
    let one: u8 = "1".parse()?;
    assert_eq!(one, 1);
    Ok(())
}

#[allow(unreachable_code)]
#[glib_coro::test]
async fn code_after_return() -> Result<(), Box<dyn Error>> {
    return Ok(());
    panic!();
}

// The harness takes an `Err` for a failure; there is no attribute that expects one.
mod failing {
    use std::process::Termination;

    fn code(result: impl Termination) -> String {
        format!("{:?}", result.report())
    }

    #[glib_coro::main]
    async fn body() -> Result<(), String> {
        Err("x".into())
    }

    #[test]
    fn an_error_is_a_failure() {
        let failure = std::process::ExitCode::FAILURE;
        assert_eq!(code(super::super::alone(body)), format!("{failure:?}"));
    }
}
