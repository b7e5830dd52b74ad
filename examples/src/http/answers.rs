//! What the server has to say.

use std::convert::Infallible;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{self, LocalBoxStream};
use futures_util::{Stream, StreamExt};
use glib_coro::{sleep, timeout, yield_now};
use http_body_util::{BodyExt, Either, Full, LengthLimitError, Limited, StreamBody};
use hyper::body::{Body as _, Frame, Incoming};
use hyper::header::{ALLOW, CACHE_CONTROL, CONNECTION, CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::{Method, Request, Response, StatusCode};

use super::server::Site;

/// All at once, or piece by piece. Neither has to be `Send`.
type Body =
    Either<Full<Bytes>, StreamBody<LocalBoxStream<'static, Result<Frame<Bytes>, Infallible>>>>;

const TEXT: &str = "text/plain; charset=utf-8";

const WELCOME: &str = "\
hello from a coroutine

GET  /                 this text
POST /echo             what you send
GET  /stream?lines=N   N lines, one after the other (10 unless you say)
GET  /events           server-sent events, until you leave
GET  /watch            a page that shows them
";

const WATCH: &str = include_str!("watch.html");

/// Answers a request.
pub(super) async fn answer(request: Request<Incoming>, site: &Site) -> Response<Body> {
    match (request.method(), request.uri().path()) {
        (&Method::GET | &Method::HEAD, path) => match path {
            "/" => whole(StatusCode::OK, TEXT, WELCOME),
            "/watch" => whole(StatusCode::OK, "text/html; charset=utf-8", WATCH),
            "/stream" => match number_of_lines(&request) {
                Some(count) => pieces(TEXT, lines(count, site.step)),
                None => refusal(StatusCode::BAD_REQUEST),
            },
            "/events" => {
                let events = events(next_event(&request), site.step);
                // Others end by themselves.
                let events = events.take_until(site.stop.cancelled());
                let answer = pieces("text/event-stream", events);
                with(answer, CACHE_CONTROL, "no-store")
            }
            "/echo" => with(refusal(StatusCode::METHOD_NOT_ALLOWED), ALLOW, "POST"),
            _ => refusal(StatusCode::NOT_FOUND),
        },
        (&Method::POST, "/echo") => match read(request.into_body(), site).await {
            Ok(body) => whole(StatusCode::OK, "application/octet-stream", body),
            // The rest of the body is not waited for.
            Err(status) => with(refusal(status), CONNECTION, "close"),
        },
        (_, "/echo") => with(refusal(StatusCode::METHOD_NOT_ALLOWED), ALLOW, "POST"),
        (_, "/" | "/stream" | "/events" | "/watch") => {
            with(refusal(StatusCode::METHOD_NOT_ALLOWED), ALLOW, "GET, HEAD")
        }
        _ => refusal(StatusCode::NOT_FOUND),
    }
}

/// Reads a body, within the limits.
async fn read(body: Incoming, site: &Site) -> Result<Bytes, StatusCode> {
    let limits = site.limits;
    if body.size_hint().lower() > limits.body as u64 {
        return Err(StatusCode::PAYLOAD_TOO_LARGE); // before the client is told to send it
    }
    match timeout(limits.idle, Limited::new(body, limits.body).collect()).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(StatusCode::PAYLOAD_TOO_LARGE),
        Ok(Err(_)) => Err(StatusCode::BAD_REQUEST),
        Err(_elapsed) => Err(StatusCode::REQUEST_TIMEOUT),
    }
}

/// How long a stream is to be; `None` for a query that makes no sense.
fn number_of_lines(request: &Request<Incoming>) -> Option<u64> {
    match request.uri().query() {
        None => Some(10),
        Some(query) => query.strip_prefix("lines=")?.parse().ok(),
    }
}

fn lines(count: u64, step: Duration) -> impl Stream<Item = String> {
    stream::iter(1..=count).then(move |n| async move {
        pause(step).await;
        format!("line {n}\n")
    })
}

/// Lets others run in any case.
async fn pause(step: Duration) {
    if step.is_zero() {
        yield_now().await;
    } else {
        sleep(step).await;
    }
}

/// The number of the first event: a browser that was cut off says which one it saw last.
fn next_event(request: &Request<Incoming>) -> u64 {
    let seen = request.headers().get("last-event-id");
    let seen = seen.and_then(|seen| seen.to_str().ok()?.parse().ok());
    seen.map_or(1, |seen: u64| seen.saturating_add(1))
}

fn events(first: u64, step: Duration) -> impl Stream<Item = String> {
    stream::iter(first..=u64::MAX).then(move |n| async move {
        pause(step).await;
        format!("id: {n}\ndata: event {n}\n\n")
    })
}

fn whole(status: StatusCode, kind: &'static str, body: impl Into<Bytes>) -> Response<Body> {
    let mut answer = Response::new(Either::Left(Full::new(body.into())));
    *answer.status_mut() = status;
    with(answer, CONTENT_TYPE, kind)
}

fn pieces(kind: &'static str, body: impl Stream<Item = String> + 'static) -> Response<Body> {
    let frames = body.map(|piece| Ok(Frame::data(piece.into())));
    let answer = Response::new(Either::Right(StreamBody::new(frames.boxed_local())));
    with(answer, CONTENT_TYPE, kind)
}

fn refusal(status: StatusCode) -> Response<Body> {
    whole(status, TEXT, format!("{status}\n"))
}

fn with(mut answer: Response<Body>, name: HeaderName, value: &'static str) -> Response<Body> {
    answer
        .headers_mut()
        .insert(name, HeaderValue::from_static(value));
    answer
}
