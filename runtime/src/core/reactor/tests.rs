use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::task::Context;

use super::*;

fn reactor() -> Reactor {
    Reactor::new(Arc::new(Backend::new().unwrap()))
}

fn collect(reactor: &Reactor) -> usize {
    let mut wakers = Vec::new();
    reactor.collect(&mut wakers);
    wakers.len()
}

#[test]
fn sharers_have_one_entry_until_the_last_leaves() {
    let reactor = reactor();
    let (ours, _theirs) = UnixStream::pair().unwrap();
    let (first, _) = reactor.join(ours.as_fd(), Direction::Read).unwrap();
    let (second, _) = reactor.join(ours.as_fd(), Direction::Write).unwrap();
    assert!(Arc::ptr_eq(&first, &second));
    let error = reactor.register(ours.as_fd()).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);

    reactor.release(&first, ours.as_fd());
    assert_eq!(reactor.registry.lock().entries.len(), 1);
    reactor.release(&second, ours.as_fd());
    assert_eq!(reactor.registry.lock().entries.len(), 0);
    assert!(reactor.registry.lock().by_fd.is_empty());
    reactor.register(ours.as_fd()).expect("free again");
}

#[test]
fn a_number_that_names_another_file_strands_the_old_waiters() {
    // The lowest free number is given away next, unless another test's thread is faster.
    assert!((0..1000).any(|_| strands_the_old_waiters()));
}

/// `false`: the number was not given away here.
fn strands_the_old_waiters() -> bool {
    let reactor = reactor();
    let (old, _peer) = UnixStream::pair().unwrap();
    let number = old.as_raw_fd();
    let (source, tick) = reactor.join(old.as_fd(), Direction::Read).unwrap();
    drop(old);
    let (a, b) = UnixStream::pair().unwrap();
    let Some(reused) = [&a, &b].into_iter().find(|fd| fd.as_raw_fd() == number) else {
        return false;
    };
    let (fresh, _) = reactor.join(reused.as_fd(), Direction::Read).unwrap();
    assert!(!Arc::ptr_eq(&source, &fresh));
    assert!(source.is_dead());
    assert_ne!(source.tick(Direction::Read), tick, "waiters were woken");
    // Whoever still holds the old one cannot take the new one away.
    reactor.release(&source, reused.as_fd());
    assert_eq!(reactor.registry.lock().entries.len(), 1);
    true
}

#[test]
fn every_waiter_is_woken_once_per_event() {
    let reactor = reactor();
    let (ours, theirs) = UnixStream::pair().unwrap();
    let source = reactor.register(ours.as_fd()).unwrap();
    collect(&reactor); // it is writable from the start
    let cx = &mut Context::from_waker(Waker::noop());
    let tick = source.tick(Direction::Read);
    let mut waiters: Vec<_> = (0..3)
        .map(|_| crate::core::source::Waiter::new(source.clone(), Direction::Read, tick))
        .collect();
    for waiter in &mut waiters {
        assert!(waiter.poll(cx).is_pending());
    }
    assert_eq!(collect(&reactor), 0);
    rustix::io::write(&theirs, b"x").unwrap();
    assert_eq!(collect(&reactor), 3);
    assert_eq!(collect(&reactor), 0);
    for waiter in &mut waiters {
        assert!(waiter.poll(cx).is_ready());
    }
}

#[test]
fn a_closed_descriptor_with_a_duplicate_is_quiet() {
    let reactor = reactor();
    let (ours, theirs) = UnixStream::pair().unwrap();
    let duplicate = ours.try_clone().unwrap();
    let (_source, _) = reactor.join(ours.as_fd(), Direction::Read).unwrap();
    drop(ours);
    rustix::io::write(&theirs, b"x").unwrap();
    let backend = reactor.registry.lock().backend.clone().unwrap();
    let mut events = Vec::new();
    for _ in 0..10 {
        backend.collect(&mut events);
    }
    assert!(
        events.len() <= 2,
        "an edge each, not ten levels: {events:?}"
    );
    drop(duplicate);
}
