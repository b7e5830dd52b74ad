//! The attributes in one program: `cargo run --example attributes`.
#![forbid(unsafe_code)]

use std::time::Duration;

#[glib_coro::coroutine]
async fn countdown(name: &str, from: u32) -> String {
    for n in (1..=from).rev() {
        println!("{name}: {n}");
        glib_coro::sleep(Duration::from_millis(100)).await;
    }
    format!("{name} is off")
}

#[glib_coro::main]
async fn main() {
    // Both run from here on.
    let (first, second) = (countdown("Ariane", 3), countdown("Soyuz", 2));
    for rocket in [first, second] {
        match rocket.await {
            Ok(message) => println!("{message}"),
            Err(error) => eprintln!("{error}"),
        }
    }
}
