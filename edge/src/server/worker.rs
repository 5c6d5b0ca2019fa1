//! A thread of a server: accepts connections, sweeps over them, and ends when it is told to.

use std::cell::RefCell;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use super::connection::{Conn, Phase as ConnPhase, Watched, carry};
use super::control::{Connections, Phase};
use super::exchange::{Answers, Exchanges, Told};
use super::limits::{DEFAULT_FIELDS, LEAST_HEAD_BYTES, ServerLimits};
use super::registry::{Registry, TICK};

/// Between two looks whether there is room for another connection.
const ROOM_TICK: Duration = Duration::from_millis(20);
/// After an error of the system, before it is asked for a connection again.
const ERROR_PAUSE: Duration = Duration::from_millis(100);
/// Between two messages of one kind.
const MESSAGE_PAUSE: Duration = Duration::from_secs(10);

/// What a thread works with.
pub(crate) struct Worker<S> {
    pub(crate) service: S,
    pub(crate) told: Told,
    pub(crate) connections: Arc<Connections>,
    pub(crate) registry: Registry,
    pub(crate) http: http1::Builder,
    pub(crate) last_message: Option<Instant>,
}

/// What hyper is told about limits.
pub(crate) fn http(limits: &ServerLimits) -> http1::Builder {
    let mut http = http1::Builder::new();
    // Who has sent all requests may say so, and still wants the answers.
    http.half_close(true);
    http.max_buf_size(limits.head_bytes.max(LEAST_HEAD_BYTES));
    if limits.head_fields != DEFAULT_FIELDS {
        http.max_headers(limits.head_fields);
    }
    http
}

impl<S: Answers> Worker<S> {
    /// Serves until it is told to end.
    pub(crate) async fn run(mut self, listener: TcpListener, mut phase: watch::Receiver<Phase>) {
        let mut pause_until: Option<Instant> = None;
        let mut was_full = false;
        let mut last_sweep = Instant::now();
        while *phase.borrow_and_update() == Phase::Serving {
            let is_full = self.connections.is_full();
            if is_full && !was_full {
                self.told.stats.accept_pauses.add(1);
                self.say("as many connections as may be: new ones wait");
            }
            was_full = is_full;
            let accepts = !is_full && pause_until.is_none();
            let ticks = is_full || pause_until.is_some() || !self.registry.is_empty();
            let tick = if accepts { TICK } else { ROOM_TICK };
            tokio::select! {
                accepted = listener.accept(), if accepts => match accepted {
                    Ok((stream, peer)) => self.take(stream, peer),
                    Err(error) if is_of_client(&error) => {}
                    Err(error) => {
                        self.told.stats.accept_errors.add(1);
                        self.say(&format!("can't accept a connection: {error}"));
                        self.registry.make_room(&self.told.stats);
                        pause_until = Some(Instant::now() + ERROR_PAUSE);
                    }
                },
                () = tokio::time::sleep(tick), if ticks => {}
                changed = phase.changed() => if changed.is_err() {
                    return;
                },
            }
            let now = Instant::now();
            pause_until = pause_until.filter(|until| *until > now);
            if now.duration_since(last_sweep) >= TICK {
                last_sweep = now;
                self.registry.sweep(&self.told.stats);
                if self.connections.is_full() {
                    self.registry.make_room(&self.told.stats);
                }
            }
        }
        let ending = *phase.borrow_and_update();
        if let Phase::Ending(deadline) = ending {
            // Those that the system has taken already are not turned away.
            while let Poll::Ready(Ok((stream, peer))) =
                listener.poll_accept(&mut Context::from_waker(Waker::noop()))
            {
                self.take(stream, peer);
            }
            drop(listener);
            self.finish(deadline, phase).await;
        }
    }

    /// Waits for what runs.
    async fn finish(mut self, deadline: Instant, mut phase: watch::Receiver<Phase>) {
        self.registry.end();
        let mut last_sweep = Instant::now();
        loop {
            tokio::select! {
                () = tokio::time::sleep(ROOM_TICK) => {}
                changed = phase.changed() => if changed.is_err() || *phase.borrow_and_update() == Phase::Stopped {
                    self.registry.forget_ended();
                    self.connections.cut_off(self.registry.len());
                    return;
                },
            }
            let now = Instant::now();
            if now.duration_since(last_sweep) >= TICK {
                last_sweep = now;
                self.registry.sweep(&self.told.stats);
            }
            self.registry.forget_ended();
            if self.registry.is_empty() {
                return;
            }
            if now >= deadline {
                self.connections.cut_off(self.registry.len());
                return;
            }
        }
    }

    fn take(&mut self, stream: TcpStream, peer: SocketAddr) {
        // Taken over from the listener there.
        if !cfg!(target_os = "linux") && stream.set_nodelay(true).is_err() {
            return;
        }
        let conn = Arc::new(Conn::new(self.told.clone(), peer));
        let open = Open::new(Arc::clone(&conn), Arc::clone(&self.connections));
        self.registry.add(Arc::clone(&conn));
        let exchanges = Exchanges { service: RefCell::new(self.service.clone()), conn: Arc::clone(&conn) };
        let connection =
            self.http.serve_connection(TokioIo::new(Watched::new(stream, Arc::clone(&conn))), exchanges);
        tokio::spawn(async move {
            let _open = open;
            let Err(error) = carry(connection, &conn).await else { return };
            if error.is_parse() {
                let told = &conn.told;
                told.stats.malformed.add(1);
                if let Some(log) = &told.log {
                    log.malformed(told.thread, conn.peer, &error);
                }
            }
        });
    }

    fn say(&mut self, message: &str) {
        let now = Instant::now();
        if self.last_message.is_none_or(|last| now.duration_since(last) >= MESSAGE_PAUSE) {
            self.last_message = Some(now);
            tracing::warn!(open = self.connections.open(), "{message}");
        }
    }
}

/// Whether a connection failed before it was accepted, which concerns nobody else.
fn is_of_client(error: &io::Error) -> bool {
    use ErrorKind::{
        ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted, TimedOut, WouldBlock,
    };
    matches!(
        error.kind(),
        ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted | TimedOut | WouldBlock
    )
}

/// Counts a connection as long as it is there.
struct Open {
    conn: Arc<Conn>,
    connections: Arc<Connections>,
}

impl Open {
    fn new(conn: Arc<Conn>, connections: Arc<Connections>) -> Self {
        connections.add_one();
        conn.told.stats.open.add(1);
        conn.told.stats.accepted.add(1);
        Open { conn, connections }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.conn.enter(ConnPhase::Ended);
        self.connections.remove_one();
        self.conn.told.stats.open.subtract(1);
    }
}
