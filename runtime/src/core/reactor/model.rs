//! Random operations on the registry and on a simple model of it, with real sockets.
//!
//! The model knows which file each descriptor number names, which registration the registry has for the
//! number, and who waits. What a file is ready for is asked of the kernel, past epoll: whoever waits for
//! what a registered file is ready for is woken by the next `collect`, once, and nobody else is.

use std::io::{Read, Write};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Wake};

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::{DupFlags, dup3};

use super::*;
use crate::core::source::Waiter;

/// How many descriptor numbers there are.
const NUMBERS: usize = 2;

#[derive(Clone, Debug)]
enum Operation {
    /// As `Async::new`.
    Register(usize),
    /// As dropping it.
    Unregister(usize),
    /// As `readable(fd)` and `writable(fd)`: joins, and re-arms.
    Await(usize, Direction),
    /// As a read or write of an `Async` that met `WouldBlock`: waits for the next event.
    AwaitRegistered(usize, Direction),
    /// Drops a wait, over or not.
    GiveUp(Index),
    /// The peer sends a byte, or takes all there is.
    Send(usize),
    Take(usize),
    /// We take all there is, or fill the buffer.
    Drain(usize),
    Fill(usize),
    HangUp(usize),
    /// The number names another file behind the registry's back; the old one lives on in a duplicate, or
    /// not.
    Replace(usize, bool),
    /// The number names the old file again, and the duplicate is gone.
    Restore(usize),
    DropDuplicate(usize),
    Collect,
}

fn operation() -> impl Strategy<Value = Operation> {
    use Operation::*;
    let number = || 0..NUMBERS;
    let direction = || prop_oneof![Just(Direction::Read), Just(Direction::Write)];
    prop_oneof![
        2 => number().prop_map(Register),
        2 => number().prop_map(Unregister),
        4 => (number(), direction()).prop_map(|(n, d)| Await(n, d)),
        2 => (number(), direction()).prop_map(|(n, d)| AwaitRegistered(n, d)),
        6 => any::<Index>().prop_map(GiveUp),
        3 => number().prop_map(Send),
        2 => number().prop_map(Take),
        2 => number().prop_map(Drain),
        2 => number().prop_map(Fill),
        1 => number().prop_map(HangUp),
        2 => (number(), prop::bool::weighted(0.7)).prop_map(|(n, keep)| Replace(n, keep)),
        3 => number().prop_map(Restore),
        1 => number().prop_map(DropDuplicate),
        6 => Just(Collect),
    ]
}

/// One end of a pair of sockets, and the other one.
struct File {
    ours: UnixStream,
    peer: Option<UnixStream>,
}

impl File {
    fn new() -> Self {
        let (ours, peer) = UnixStream::pair().unwrap();
        for end in [&ours, &peer] {
            end.set_nonblocking(true).unwrap();
        }
        Self {
            ours,
            peer: Some(peer),
        }
    }
}

/// A descriptor number that stays open, whatever it names.
struct Number {
    fd: OwnedFd,
    /// What it names; counted up by each replacement.
    file: u64,
    peer: Option<UnixStream>,
    /// A file that it named before, and its duplicate.
    former: Option<(u64, File)>,
    /// What the registry has for it: an index of `Model::entries`.
    entry: Option<usize>,
    /// `Async`'s registration.
    registered: Option<Arc<Source>>,
}

/// A registration that the registry has or had.
struct Entry {
    source: Arc<Source>,
    number: usize,
    file: u64,
    users: usize,
    alive: bool,
    /// The registry found out that its number names another file.
    dead: bool,
}

struct Wait {
    waiter: Waiter,
    direction: Direction,
    entry: usize,
    /// It came with a registration of its own.
    joined: bool,
    wakes: Arc<Wakes>,
    expected: usize,
}

#[derive(Default)]
struct Wakes(AtomicUsize);

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

struct Model {
    reactor: Reactor,
    numbers: Vec<Number>,
    entries: Vec<Entry>,
    waits: Vec<Wait>,
    files: u64,
}

/// Whether the kernel says that a file is ready, by another way than epoll.
fn is_ready(fd: BorrowedFd<'_>, direction: Direction) -> bool {
    let mut fds = [PollFd::from_borrowed_fd(fd, PollFlags::IN | PollFlags::OUT)];
    poll(&mut fds, Some(&Timespec::default())).unwrap();
    let flag = match direction {
        Direction::Read => PollFlags::IN,
        Direction::Write => PollFlags::OUT,
    };
    fds[0]
        .revents()
        .intersects(flag | PollFlags::HUP | PollFlags::ERR)
}

impl Model {
    fn new() -> Self {
        let numbers = (0..NUMBERS as u64).map(|file| {
            let File { ours, peer } = File::new();
            Number {
                fd: ours.into(),
                file,
                peer,
                former: None,
                entry: None,
                registered: None,
            }
        });
        Self {
            reactor: Reactor::new(Arc::new(Backend::new().unwrap())),
            numbers: numbers.collect(),
            entries: Vec::new(),
            waits: Vec::new(),
            files: NUMBERS as u64,
        }
    }

    /// The entry for the file that a number names; one for another file is dead from now on.
    fn entry_after_enrolment(&mut self, n: usize) -> Option<usize> {
        let file = self.numbers[n].file;
        let entry = self.numbers[n].entry?;
        if self.entries[entry].file == file {
            return Some(entry);
        }
        self.numbers[n].entry = None;
        self.die(entry);
        None
    }

    fn die(&mut self, entry: usize) {
        self.entries[entry].alive = false;
        self.entries[entry].dead = true;
        for wait in &mut self.waits {
            if wait.entry == entry {
                wait.expected = 1;
            }
        }
    }

    fn add_entry(&mut self, n: usize, source: &Arc<Source>) -> usize {
        self.entries.push(Entry {
            source: source.clone(),
            number: n,
            file: self.numbers[n].file,
            users: 0,
            alive: true,
            dead: false,
        });
        self.numbers[n].entry = Some(self.entries.len() - 1);
        self.entries.len() - 1
    }

    /// A file that an entry is for, if it still exists.
    fn file_of(&self, entry: &Entry) -> Option<BorrowedFd<'_>> {
        let number = &self.numbers[entry.number];
        if number.file == entry.file {
            return Some(number.fd.as_fd());
        }
        let (file, duplicate) = number.former.as_ref()?;
        (*file == entry.file).then(|| duplicate.ours.as_fd())
    }

    fn release(&mut self, entry: usize) {
        let model = &mut self.entries[entry];
        self.reactor
            .release(&model.source, self.numbers[model.number].fd.as_fd());
        model.users -= 1;
        if model.users == 0 && model.alive {
            model.alive = false;
            self.numbers[model.number].entry = None;
        }
    }

    fn wait(&mut self, entry: usize, direction: Direction, tick: u64, joined: bool) {
        let mut wait = Wait {
            waiter: Waiter::new(self.entries[entry].source.clone(), direction, tick),
            direction,
            entry,
            joined,
            wakes: Arc::default(),
            expected: 0,
        };
        assert!(wait.poll().is_pending());
        self.waits.push(wait);
    }

    fn replace(&mut self, n: usize, keep: bool) {
        let File { ours, peer } = File::new();
        let number = &mut self.numbers[n];
        let old = keep.then(|| UnixStream::from(number.fd.try_clone().unwrap()));
        dup3(&ours, &mut number.fd, DupFlags::CLOEXEC).unwrap();
        let peer = std::mem::replace(&mut number.peer, peer);
        // An older one is dropped here.
        number.former = old.map(|ours| (number.file, File { ours, peer }));
        number.file = self.files;
        self.files += 1;
    }

    fn restore(&mut self, n: usize) {
        let number = &mut self.numbers[n];
        // With a registration for the file that goes now, and the kernel's for the one that comes back,
        // the registry cannot tell them apart.
        let is_entry_of = |file| {
            number
                .entry
                .is_none_or(|entry| self.entries[entry].file == file)
        };
        if let Some((file, former)) = number.former.take_if(|(file, _)| is_entry_of(*file)) {
            dup3(&former.ours, &mut number.fd, DupFlags::CLOEXEC).unwrap();
            number.file = file;
            number.peer = former.peer;
        }
    }

    fn apply(&mut self, operation: &Operation) {
        match *operation {
            Operation::Register(n) => {
                let known = self.entry_after_enrolment(n);
                let result = self.reactor.register(self.numbers[n].fd.as_fd());
                match (known, result) {
                    (Some(_), Err(error)) => {
                        assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
                    }
                    (None, Ok(source)) => {
                        let entry = self.add_entry(n, &source);
                        self.entries[entry].users = 1;
                        self.unregister(n);
                        self.numbers[n].registered = Some(source);
                    }
                    (known, result) => panic!("{known:?}: {result:?}"),
                }
            }
            Operation::Unregister(n) => self.unregister(n),
            Operation::Await(n, direction) => {
                let known = self.entry_after_enrolment(n);
                let fd = self.numbers[n].fd.as_fd();
                let (source, tick) = self.reactor.join(fd, direction).unwrap();
                let entry = known.unwrap_or_else(|| self.add_entry(n, &source));
                assert!(Arc::ptr_eq(&self.entries[entry].source, &source));
                self.entries[entry].users += 1;
                self.wait(entry, direction, tick, true);
            }
            Operation::AwaitRegistered(n, direction) => {
                let number = &self.numbers[n];
                if let Some(entry) = number.entry
                    && let Some(source) = &number.registered
                    && Arc::ptr_eq(source, &self.entries[entry].source)
                    && self.entries[entry].file == number.file
                    && !is_ready(number.fd.as_fd(), direction)
                {
                    let tick = source.tick(direction);
                    self.wait(entry, direction, tick, false);
                }
            }
            Operation::GiveUp(_) if self.waits.is_empty() => {}
            Operation::GiveUp(index) => {
                let wait = self.waits.swap_remove(index.index(self.waits.len()));
                wait.check();
                drop(wait.waiter);
                assert_eq!(Arc::strong_count(&wait.wakes), 1, "its waker is gone");
                if wait.joined {
                    self.release(wait.entry);
                }
            }
            Operation::Send(n) => {
                // The buffer may be full.
                let _ = self.numbers[n]
                    .peer
                    .as_ref()
                    .map(|mut peer| peer.write(b"x"));
            }
            Operation::Take(n) => {
                let _ = self.numbers[n]
                    .peer
                    .as_ref()
                    .map(|peer| drain(peer.as_fd()));
            }
            Operation::Drain(n) => drain(self.numbers[n].fd.as_fd()),
            Operation::Fill(n) => {
                let ours = UnixStream::from(self.numbers[n].fd.try_clone().unwrap());
                while (&ours).write(&[0; 4096]).is_ok() {}
            }
            Operation::HangUp(n) => self.numbers[n].peer = None,
            Operation::Replace(n, keep) => self.replace(n, keep),
            Operation::Restore(n) => self.restore(n),
            Operation::DropDuplicate(n) => self.numbers[n].former = None,
            Operation::Collect => self.collect(),
        }
    }

    fn unregister(&mut self, n: usize) {
        if let Some(source) = self.numbers[n].registered.take() {
            let entry = self
                .entries
                .iter()
                .position(|entry| Arc::ptr_eq(&entry.source, &source))
                .unwrap();
            // They borrow the `Async`.
            self.waits.retain(|wait| wait.entry != entry || wait.joined);
            self.release(entry);
        }
    }

    fn collect(&mut self) {
        for n in 0..self.waits.len() {
            let Wait {
                entry, direction, ..
            } = self.waits[n];
            let entry = &self.entries[entry];
            if entry.alive
                && let Some(file) = self.file_of(entry)
                && is_ready(file, direction)
            {
                self.waits[n].expected = 1;
            }
        }
        let mut wakers = Vec::new();
        self.reactor.collect(&mut wakers);
        wake_all(&mut wakers);
    }

    fn check(&mut self) {
        for wait in &mut self.waits {
            wait.check();
            assert_eq!(wait.poll().is_ready(), wait.expected == 1);
        }
        for entry in &self.entries {
            assert_eq!(entry.source.is_dead(), entry.dead);
        }
        let registry = self.reactor.registry.lock();
        let alive = self.entries.iter().filter(|entry| entry.alive).count();
        assert_eq!(registry.entries.len(), alive);
        assert_eq!(registry.by_fd.len(), alive);
    }
}

impl Wait {
    fn poll(&mut self) -> std::task::Poll<()> {
        let waker = Waker::from(self.wakes.clone());
        self.waiter.poll(&mut Context::from_waker(&waker))
    }

    fn check(&self) {
        assert_eq!(self.wakes.0.load(Ordering::Relaxed), self.expected);
    }
}

fn drain(fd: BorrowedFd<'_>) {
    let stream = UnixStream::from(fd.try_clone_to_owned().unwrap());
    let mut buffer = [0; 1 << 16];
    while (&stream).read(&mut buffer).is_ok_and(|read| read > 0) {}
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..Default::default() })]

    #[test]
    fn the_registry_behaves_like_its_model(operations in vec(operation(), 1..150)) {
        let mut model = Model::new();
        for operation in &operations {
            model.apply(operation);
            model.check();
        }
        model.reactor.close();
        for wait in &model.waits {
            // Those of entries that were dead already heard of it then.
            assert_eq!(wait.wakes.0.load(Ordering::Relaxed), 1);
        }
        let error = model.reactor.register(model.numbers[0].fd.as_fd()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotConnected);
    }
}
