//! That docs/coming-from-asyncio.md leaves nothing out.

#![forbid(unsafe_code)]

use std::collections::BTreeSet;

const PAGE: &str = include_str!("../../docs/coming-from-asyncio.md");

/// The public methods of Python 3.11's `asyncio.AbstractEventLoop`, by `dir()`.
const METHODS: &str = "
    add_reader add_signal_handler add_writer call_at call_exception_handler call_later call_soon call_soon_threadsafe close
    connect_accepted_socket connect_read_pipe connect_write_pipe create_connection create_datagram_endpoint create_future
    create_server create_task create_unix_connection create_unix_server default_exception_handler get_debug
    get_exception_handler get_task_factory getaddrinfo getnameinfo is_closed is_running remove_reader
    remove_signal_handler remove_writer run_forever run_in_executor run_until_complete sendfile set_debug
    set_default_executor set_exception_handler set_task_factory shutdown_asyncgens shutdown_default_executor sock_accept
    sock_connect sock_recv sock_recv_into sock_recvfrom sock_recvfrom_into sock_sendall sock_sendfile sock_sendto
    start_tls stop subprocess_exec subprocess_shell time";

/// What its high-level API index lists.
const HIGH_LEVEL: &str = "
    run Runner Task TaskGroup create_task current_task all_tasks gather sleep wait_for timeout shield wait as_completed
    to_thread run_coroutine_threadsafe Queue PriorityQueue LifoQueue create_subprocess_exec create_subprocess_shell
    open_connection open_unix_connection start_server start_unix_server StreamReader StreamWriter Lock Event Condition
    Semaphore BoundedSemaphore Barrier TimeoutError CancelledError BrokenBarrierError";

/// The names in the first column of the tables of a part of the page.
fn rows(part: &str) -> Vec<&str> {
    let first_cells = part
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.split(" | ").next());
    first_cells
        .flat_map(|cell| cell.split('`').skip(1).step_by(2))
        .collect()
}

#[test]
fn every_method_of_a_loop_has_its_row_and_only_one() {
    let (_, loops) = PAGE
        .split_once("\n## The loop's own methods\n")
        .expect("the part");
    let mut found = rows(loops);
    found.retain(|name| *name != "AbstractEventLoop"); // the head of each table
    found.sort_unstable();
    let expected: Vec<&str> = METHODS.split_whitespace().collect();
    assert_eq!(expected.len(), 54);
    assert_eq!(found, expected);
}

#[test]
fn every_name_of_the_high_level_api_is_there() {
    let (high_level, _) = PAGE
        .split_once("\n## The loop's own methods\n")
        .expect("the part");
    let ticked: BTreeSet<&str> = high_level.split('`').skip(1).step_by(2).collect();
    let missing: Vec<&str> = HIGH_LEVEL
        .split_whitespace()
        .filter(|name| !ticked.contains(name))
        .collect();
    assert_eq!(missing, [""; 0]);
}
