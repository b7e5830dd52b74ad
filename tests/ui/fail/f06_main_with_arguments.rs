// F06: 1 error
#[glib_coro::main]
async fn main(arguments: Vec<String>) -> Result<(), std::io::Error> {
    println!("{arguments:?}");
    Ok(())
}
