//! As much of the X11 protocol as no tool on the command line speaks.
//!
//! Source: X Window System Protocol, X Consortium Standard, version 11, appendix B.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;

use super::picture::{Colour, Picture};

const GET_GEOMETRY: u8 = 14;
const INTERN_ATOM: u8 = 16;
const SEND_EVENT: u8 = 25;
const GET_IMAGE: u8 = 73;
const CLIENT_MESSAGE: u8 = 33;
/// Whole pixels, and all their bits.
const Z_PIXMAP: u8 = 2;

/// A client that opens no window.
#[derive(Debug)]
pub(super) struct Connection(UnixStream);

/// The 32 bytes that every reply begins with, and what follows them. `None`: the server says that the
/// request makes no sense, as when the window is gone.
type Reply = Option<([u8; 32], Vec<u8>)>;

impl Connection {
    pub(super) fn to(display: &str) -> Self {
        let path = format!("/tmp/.X11-unix/X{}", display.trim_start_matches(':'));
        let mut connection = Self(UnixStream::connect(path).expect("the X server listens"));
        // Little endian, version 11.0, nobody to identify.
        connection.send(&[b'l', 0, 11, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        let mut head = [0; 8];
        connection.receive(&mut head);
        assert_eq!(head[0], 1, "the X server lets nobody in");
        let mut rest = vec![0; usize::from(u16::from_le_bytes([head[6], head[7]])) * 4];
        connection.receive(&mut rest);
        connection
    }

    /// The width and height of a window.
    pub(super) fn size(&mut self, window: u32) -> Option<(u16, u16)> {
        let (head, _) = self.ask(GET_GEOMETRY, 0, &window.to_le_bytes())?;
        let number = |at: usize| u16::from_le_bytes([head[at], head[at + 1]]);
        Some((number(16), number(18)))
    }

    pub(super) fn picture(&mut self, window: u32) -> Option<Picture> {
        let (width, height) = self.size(window)?;
        let mut what = window.to_le_bytes().to_vec();
        what.extend([0; 4]); // from its corner
        what.extend([width, height].map(u16::to_le_bytes).concat());
        what.extend([0xff; 4]); // all planes
        let (_, pixels) = self.ask(GET_IMAGE, Z_PIXMAP, &what)?;
        let colours = pixels
            .chunks_exact(4)
            .map(|pixel| Colour([pixel[2], pixel[1], pixel[0]]));
        Some(Picture::new(width.into(), colours.collect()))
    }

    /// Sends what a window manager sends when its user closes a window.
    pub(super) fn close(&mut self, window: u32) {
        let [protocols, delete] = ["WM_PROTOCOLS", "WM_DELETE_WINDOW"].map(|atom| self.atom(atom));
        let mut what = [window, 0].map(u32::to_le_bytes).concat();
        what.extend([CLIENT_MESSAGE, 32, 0, 0]);
        what.extend(
            [window, protocols, delete, 0, 0, 0, 0]
                .map(u32::to_le_bytes)
                .concat(),
        );
        self.request(SEND_EVENT, 0, &what);
    }

    fn atom(&mut self, name: &str) -> u32 {
        let mut what = vec![name.len() as u8, 0, 0, 0];
        what.extend(name.bytes());
        what.resize(what.len().next_multiple_of(4), 0);
        let (head, _) = self.ask(INTERN_ATOM, 0, &what).expect("an atom");
        u32::from_le_bytes(head[8..12].try_into().expect("four bytes"))
    }

    fn ask(&mut self, opcode: u8, detail: u8, what: &[u8]) -> Reply {
        self.request(opcode, detail, what);
        loop {
            let mut head = [0; 32];
            self.receive(&mut head);
            match head[0] {
                0 => return None,
                1 => {
                    let length = u32::from_le_bytes(head[4..8].try_into().expect("four bytes"));
                    let mut rest = vec![0; length as usize * 4];
                    self.receive(&mut rest);
                    return Some((head, rest));
                }
                _ => {} // an event; all clients get some
            }
        }
    }

    fn request(&mut self, opcode: u8, detail: u8, what: &[u8]) {
        let length = (1 + what.len() / 4) as u16;
        let mut request = vec![opcode, detail];
        request.extend(length.to_le_bytes());
        request.extend(what);
        self.send(&request);
    }

    fn send(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).expect("the X server lives");
    }

    fn receive(&mut self, bytes: &mut [u8]) {
        self.0.read_exact(bytes).expect("the X server lives");
    }
}
