// P26: what a parametrising attribute does, which takes the function and calls it with each case.
#![deny(warnings)]

macro_rules! cases {
    ($(#[$meta:meta])* [$($case:ident = ($($value:expr),*)),*] async fn $name:ident $arguments:tt $body:block) => {
        async fn $name $arguments $body

        cases!(@each $name $(#[$meta])* [$($case = ($($value),*)),*]);
    };
    (@each $name:ident #[$meta:meta] [$($case:ident = ($($value:expr),*)),*]) => {
        $(
            #[$meta]
            async fn $case() {
                $name($($value),*).await;
            }
        )*
    };
}

cases! {
    #[glib_coro::test]
    [one = (1, "1"), two = (2, "2")]
    async fn prints(number: u8, text: &str) {
        glib_coro::yield_now().await;
        assert_eq!(number.to_string(), text);
    }
}

/// What is left is a plain function with the attribute on top: arguments pass through, for the attribute that gives them.
mod forwarded {
    #[glib_coro::main]
    async fn body(number: u8, text: &str) -> bool {
        number.to_string() == text
    }

    #[test]
    fn arguments() {
        assert!(super::super::alone(|| body(1, "1")));
    }
}
