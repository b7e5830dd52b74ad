//! Runs the real programs as processes of their own and judges them by what they say and how they end.
//!
//! Clocks are fast, and nothing depends on how fast the machine is: the only limit of time is
//! `support::PATIENCE`, after which a program that hangs fails its test.
#![forbid(unsafe_code)]

#[cfg(feature = "zbus")]
mod dbus_signal_listener;
mod hailstone_client;
mod hailstone_server;
mod http_server;
mod pipes;
mod port;
mod rocket_launch;
mod sequence;
mod stutter;
mod support;
mod tools;
mod tour;
mod which_loop;
