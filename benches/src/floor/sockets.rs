//! Work with descriptors: one epoll descriptor, and the system calls that the work cannot do without.

use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Instant;

use rustix::buffer::spare_capacity;
use rustix::event::epoll::{self, CreateFlags, Event, EventData, EventFlags};
use rustix::event::{EventfdFlags, eventfd};
use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create,
    timerfd_settime,
};

use crate::contestants::{FAR, unix_pair};
use crate::machine::processor_time;
use crate::statistics::quantile;
use crate::subjects::echo::connections;
use crate::subjects::threads::{SETTLED, WAKES};
use crate::track::Run;

/// What is waited for, with an idle descriptor and a far timer in it.
pub(super) struct Poller {
    epoll: OwnedFd,
    events: Vec<Event>,
    _timer: OwnedFd,
    _idle: (UnixStream, UnixStream),
}

impl Poller {
    pub(super) fn new() -> Self {
        let epoll = epoll::create(CreateFlags::CLOEXEC).expect("epoll");
        let timer = timerfd_create(TimerfdClockId::Monotonic, TimerfdFlags::NONBLOCK);
        let timer = timer.expect("a timer");
        let far = Itimerspec {
            it_interval: Timespec::default(),
            it_value: Timespec {
                tv_sec: FAR.as_secs() as i64,
                tv_nsec: 0,
            },
        };
        timerfd_settime(&timer, TimerfdTimerFlags::empty(), &far).expect("a timer");
        let idle = unix_pair();
        let this = Self {
            epoll,
            events: Vec::with_capacity(256),
            _timer: timer,
            _idle: idle,
        };
        this.add(&this._timer, u64::MAX, EventFlags::IN);
        this.add(&this._idle.0, u64::MAX, EventFlags::IN);
        this
    }

    pub(super) fn add(&self, descriptor: impl AsFd, key: u64, flags: EventFlags) {
        epoll::add(&self.epoll, descriptor, EventData::new_u64(key), flags).expect("epoll");
    }

    /// Waits; the keys of what is ready.
    pub(super) fn wait(&mut self) -> impl Iterator<Item = u64> + '_ {
        self.events.clear();
        epoll::wait(&self.epoll, spare_capacity(&mut self.events), None).expect("epoll");
        self.events.iter().map(|event| event.data.u64())
    }
}

/// Two ends of a socket pair in one loop: six system calls for a round trip.
pub fn ping_pong() -> Run {
    let mut poller = Poller::new();
    let (mut near, mut far) = unix_pair();
    poller.add(&near, 0, EventFlags::IN);
    poller.add(&far, 1, EventFlags::IN);
    Box::new(move |batches| {
        let start = processor_time();
        let mut byte = [0];
        near.write_all(&byte).expect("room");
        for trip in 0..batches {
            assert!(poller.wait().eq([1]));
            far.read_exact(&mut byte).expect("a byte");
            far.write_all(&byte).expect("room");
            assert!(poller.wait().eq([0]));
            near.read_exact(&mut byte).expect("a byte");
            if trip + 1 < batches {
                near.write_all(&byte).expect("room");
            }
        }
        processor_time() - start
    })
}

/// One end of a connection.
struct End<const BYTES: usize> {
    socket: TcpStream,
    is_client: bool,
    is_reading: bool,
    /// How much of a message was read or written.
    at: usize,
    /// Messages to come.
    left: u64,
}

impl<const BYTES: usize> End<BYTES> {
    /// Goes on until the other end's turn has come.
    fn go_on(&mut self, buffer: &mut [u8]) {
        loop {
            let part = &mut buffer[self.at..];
            let result = if self.is_reading {
                self.socket.read(part)
            } else {
                self.socket.write(part)
            };
            match result {
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                result => self.at += result.expect("the other end lives"),
            }
            if self.at < BYTES {
                continue;
            }
            self.at = 0;
            self.is_reading = !self.is_reading;
            if self.is_client && !self.is_reading {
                self.left -= 1;
                if self.left == 0 {
                    return;
                }
            }
            if self.is_reading {
                // What is to be read is not there yet; the edge comes with it.
                return;
            }
        }
    }
}

/// Connections whose both ends are in one loop.
pub fn echo<const CONNECTIONS: u64, const BYTES: usize>() -> Run {
    let mut poller = Poller::new();
    let mut buffer = vec![0; BYTES];
    let mut ends = Vec::new();
    for (near, far) in connections(CONNECTIONS) {
        for (socket, is_client) in [(near, true), (far, false)] {
            let flags = EventFlags::IN | EventFlags::OUT | EventFlags::ET;
            poller.add(&socket, ends.len() as u64, flags);
            ends.push(End::<BYTES> {
                socket,
                is_client,
                is_reading: !is_client,
                at: 0,
                left: 0,
            });
        }
    }
    Box::new(move |batches| {
        let start = processor_time();
        for end in ends.iter_mut().filter(|end| end.is_client) {
            end.left = batches;
            end.go_on(&mut buffer);
        }
        let mut left = CONNECTIONS;
        while left > 0 {
            for key in poller.wait() {
                let end = &mut ends[key as usize];
                if end.is_client && end.left == 0 {
                    continue;
                }
                end.go_on(&mut buffer);
                left -= u64::from(end.is_client && end.left == 0);
            }
        }
        processor_time() - start
    })
}

/// An eventfd that another thread writes to; nanoseconds from there to here.
pub fn one_way() -> f64 {
    let mut poller = Poller::new();
    let flags = EventfdFlags::NONBLOCK | EventfdFlags::CLOEXEC;
    let bell = Arc::new(eventfd(0, flags).expect("an eventfd"));
    poller.add(&*bell, 0, EventFlags::IN | EventFlags::ET);
    let waits = Arc::new(AtomicU64::new(0));
    let rung_at = Arc::new(Mutex::new(Instant::now()));
    let theirs = (bell.clone(), waits.clone(), rung_at.clone());
    let ringer = thread::spawn(move || {
        let (bell, waits, rung_at) = theirs;
        for number in 1..=WAKES {
            while waits.load(Ordering::Acquire) < number {
                thread::yield_now();
            }
            let asleep = Instant::now();
            while asleep.elapsed() < SETTLED {
                std::hint::spin_loop();
            }
            *rung_at.lock().expect("nobody panics") = Instant::now();
            rustix::io::write(&*bell, &1_u64.to_ne_bytes()).expect("an eventfd");
        }
    });
    let mut times = Vec::new();
    for _ in 0..WAKES {
        waits.fetch_add(1, Ordering::Release);
        assert!(poller.wait().eq([0]));
        let rung_at = *rung_at.lock().expect("nobody panics");
        times.push(rung_at.elapsed().as_nanos() as f64);
    }
    ringer.join().expect("it does not panic");
    quantile(&mut times, 0.5)
}

/// What every request is answered with: as much as hyper says.
const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 13\r\n\
    date: Thu, 01 Jan 1970 00:00:00 GMT\r\n\r\nHello, world!";

/// Answers whatever ends in an empty line. Never returns.
pub fn http(listener: &TcpListener) {
    listener
        .set_nonblocking(true)
        .expect("a socket can do that");
    let mut poller = Poller::new();
    poller.add(listener, u64::MAX - 1, EventFlags::IN);
    let mut streams: Vec<TcpStream> = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let ready: Vec<u64> = poller.wait().collect();
        for key in ready {
            if key == u64::MAX - 1 {
                while let Ok((stream, _)) = listener.accept() {
                    stream.set_nonblocking(true).expect("a socket can do that");
                    stream.set_nodelay(true).expect("a socket can do that");
                    poller.add(
                        &stream,
                        streams.len() as u64,
                        EventFlags::IN | EventFlags::ET,
                    );
                    streams.push(stream);
                }
                continue;
            }
            let mut stream = &streams[key as usize];
            if let Ok(length) = stream.read(&mut buffer)
                && buffer[..length].ends_with(b"\r\n\r\n")
            {
                // A client that is gone is none of our business.
                let _ = stream.write_all(ANSWER);
            }
        }
    }
}
