//! The game, in coroutines: one of two modes, and in the second a generator beside it.

use std::time::Duration;

use futures_channel::mpsc::UnboundedReceiver;
use futures_util::StreamExt;

use super::key::Key;
use super::table::Table;
use crate::pace::Pace;

/// What happens to the board when a mode is left.
enum Next {
    Run,
    Quit,
}

/// Plays until somebody quits. A generation takes a step.
pub async fn play(table: &Table, step: Duration) {
    let mut keys = table.keys();
    while let Next::Run = edit(table, &mut keys).await {
        run(table, &mut keys, step).await;
    }
}

async fn edit(table: &Table, keys: &mut UnboundedReceiver<Key>) -> Next {
    let field = table.field();
    table.prompt("Edit: Space toggles, arrows move, Tab steps, Return runs, Q quits");
    field.show_cursor(true);
    loop {
        let (cursor, population) = (field.cursor_cell(), field.board().population());
        table.inform(&format!(
            "Curs ({}, {}) pop {population}",
            cursor.x, cursor.y
        ));
        match keys.next().await {
            Some(Key::Arrow(direction)) => field.move_cursor(direction),
            Some(Key::Home) => field.home(),
            Some(Key::Space) => {
                let mut board = (*field.board()).clone();
                board.toggle(cursor);
                field.set_board(board);
            }
            Some(Key::Tab) => field.set_board(field.board().next_generation().await),
            Some(Key::Return) => return Next::Run,
            Some(Key::Q) | None => return Next::Quit,
            Some(Key::Escape) => {}
        }
    }
}

async fn run(table: &Table, keys: &mut UnboundedReceiver<Key>, step: Duration) {
    let field = table.field();
    table.prompt("Run: arrows scroll, Escape edits");
    field.show_cursor(false);
    // Ends with this mode.
    let _generator = generate(table, step).abort_on_drop();
    while let Some(key) = keys.next().await {
        match key {
            Key::Arrow(direction) => field.scroll(direction),
            Key::Home => field.home(),
            Key::Escape => return,
            Key::Space | Key::Tab | Key::Return | Key::Q => {}
        }
    }
}

#[glib_coro::coroutine]
async fn generate(table: &Table, step: Duration) {
    let mut pace = Pace::start();
    for generation in 1_u64.. {
        let board = table.field().board().next_generation().await;
        let population = board.population();
        table.field().set_board(board);
        table.inform(&format!("Gen {generation} pop {population}"));
        pace.wait(step).await;
    }
}
