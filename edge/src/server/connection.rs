//! A connection: in which phase it is, since when, and what it is told to do. It takes no time of its own: the thread's sweep
//! ([`super::registry`]) stamps what it finds, so that neither reading nor writing asks a clock or sets a timer.

use std::future::{Future, poll_fn};
use std::io::{self, IoSlice};
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker, ready};

use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use super::exchange::{Answers, Exchanges, Told};

/// What a connection is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Phase {
    /// Accepted; nothing has come yet.
    New = 0,
    /// The head of a request is coming in.
    Head = 1,
    /// A request is being answered.
    Busy = 2,
    /// Between requests.
    Idle = 3,
    /// All is said; what still comes is thrown away, so that the client reads the answer before it learns of the end.
    Lingering = 4,
    /// Gone.
    Ended = 5,
}

/// What a connection is told to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Order {
    /// To end after the answer that is under way, at once if there is none.
    End = 1,
    /// To end at once.
    Drop = 2,
}

/// A moment that the sweep has not stamped yet.
pub(crate) const FRESH: u32 = 1;
/// No such moment.
pub(crate) const NEVER: u32 = 0;

/// The state of a connection, shared between its parts. All of them run on one thread.
pub(crate) struct Conn {
    /// Who is told about its requests.
    pub(crate) told: Told,
    /// Who asks.
    pub(crate) peer: SocketAddr,
    phase: AtomicU8,
    since: AtomicU32,
    /// Since when the client takes nothing.
    blocked: AtomicU32,
    order: AtomicU8,
    /// Whether the last request had a body, which may not have been read.
    has_body: AtomicBool,
    waker: Mutex<Option<Waker>>,
}

impl Conn {
    pub(crate) fn new(told: Told, peer: SocketAddr) -> Self {
        Conn {
            told,
            peer,
            phase: AtomicU8::new(Phase::New as u8),
            since: AtomicU32::new(FRESH),
            blocked: AtomicU32::new(NEVER),
            order: AtomicU8::new(0),
            has_body: AtomicBool::new(false),
            waker: Mutex::new(None),
        }
    }

    pub(crate) fn phase(&self) -> Phase {
        match self.phase.load(Relaxed) {
            0 => Phase::New,
            1 => Phase::Head,
            2 => Phase::Busy,
            3 => Phase::Idle,
            4 => Phase::Lingering,
            _ => Phase::Ended,
        }
    }

    pub(crate) fn enter(&self, phase: Phase) {
        self.phase.store(phase as u8, Relaxed);
        self.since.store(FRESH, Relaxed);
    }

    /// A request's head is whole.
    pub(crate) fn begin(&self, has_body: bool) {
        self.enter(Phase::Busy);
        self.has_body.store(has_body, Relaxed);
    }

    /// When the phase began, stamped with `now` if it was not yet.
    pub(crate) fn since(&self, now: u32) -> u32 {
        stamp(&self.since, now)
    }

    /// Since when the client takes nothing, if so.
    pub(crate) fn blocked_since(&self, now: u32) -> Option<u32> {
        (self.blocked.load(Relaxed) != NEVER).then(|| stamp(&self.blocked, now))
    }

    /// Tells it what to do, and wakes it.
    pub(crate) fn tell(&self, order: Order) {
        self.order.store(order as u8, Relaxed);
        let waker = self.waker.lock().ok().and_then(|waker| waker.clone());
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    fn order(&self) -> Option<Order> {
        match self.order.load(Relaxed) {
            1 => Some(Order::End),
            2 => Some(Order::Drop),
            _ => None,
        }
    }

    fn remember(&self, waker: &Waker) {
        if let Ok(mut known) = self.waker.lock() {
            *known = Some(waker.clone());
        }
    }

    fn heard(&self) {
        if matches!(self.phase(), Phase::New | Phase::Idle) {
            self.enter(Phase::Head);
        }
    }

    fn wrote(&self, outcome: &Poll<io::Result<usize>>) {
        let blocked = self.blocked.load(Relaxed);
        match outcome {
            Poll::Pending if blocked == NEVER => self.blocked.store(FRESH, Relaxed),
            Poll::Ready(_) if blocked != NEVER => self.blocked.store(NEVER, Relaxed),
            _ => {}
        }
    }

    /// Whether the client may still be sending when it is answered for the last time: closing at once would then reset the
    /// connection, and the answer could be lost.
    fn may_be_sending(&self) -> bool {
        self.has_body.load(Relaxed) || self.phase() == Phase::Head
    }
}

fn stamp(moment: &AtomicU32, now: u32) -> u32 {
    let known = moment.load(Relaxed);
    if known != FRESH {
        return known;
    }
    moment.store(now, Relaxed);
    now
}

/// Carries a connection to its end, or until it is told to drop it.
pub(crate) async fn carry<S: Answers>(
    connection: http1::Connection<TokioIo<Watched>, Exchanges<S>>,
    conn: &Conn,
) -> hyper::Result<()> {
    let mut connection = pin!(connection);
    let (mut is_known, mut is_ending) = (false, false);
    poll_fn(|cx| {
        if !is_known {
            // A task is always woken by the same waker.
            conn.remember(cx.waker());
            is_known = true;
        }
        match conn.order() {
            // What lingers has an end of its own, and perhaps an error to tell.
            Some(Order::Drop) if conn.phase() != Phase::Lingering => return Poll::Ready(Ok(())),
            Some(Order::End) if !is_ending => {
                is_ending = true;
                connection.as_mut().graceful_shutdown();
            }
            _ => {}
        }
        connection.as_mut().poll(cx)
    })
    .await
}

/// What a client may still send after its last answer, bytes.
const MOST_LINGERED: usize = 256 << 10;

/// A socket that tells its connection what goes on.
pub(crate) struct Watched {
    stream: TcpStream,
    conn: Arc<Conn>,
    is_shut: bool,
    lingered: usize,
}

impl Watched {
    pub(crate) fn new(stream: TcpStream, conn: Arc<Conn>) -> Self {
        Watched { stream, conn, is_shut: false, lingered: 0 }
    }

    /// Reads and throws away what comes until the client is done.
    fn poll_linger(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut scratch = [0; 4096];
        while self.lingered < MOST_LINGERED && self.conn.order() != Some(Order::Drop) {
            let mut buffer = ReadBuf::new(&mut scratch);
            let read = ready!(Pin::new(&mut self.stream).poll_read(cx, &mut buffer));
            if read.is_err() || buffer.filled().is_empty() {
                break;
            }
            self.lingered += buffer.filled().len();
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncRead for Watched {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buffer);
        if buffer.filled().len() > before {
            self.conn.heard();
        }
        read
    }
}

impl AsyncWrite for Watched {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.conn.wrote(&written);
        written
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.conn.wrote(&written);
        written
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if !this.is_shut {
            ready!(Pin::new(&mut this.stream).poll_shutdown(cx))?;
            this.is_shut = true;
            if !this.conn.may_be_sending() {
                return Poll::Ready(Ok(()));
            }
            this.conn.enter(Phase::Lingering);
        }
        if this.conn.phase() == Phase::Lingering { this.poll_linger(cx) } else { Poll::Ready(Ok(())) }
    }
}
