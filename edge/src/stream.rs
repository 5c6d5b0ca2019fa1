//! A body in pieces, some of them read from a file when their turn comes. The file is looked at again before the last of it is
//! handed out: if its bytes changed, the body fails instead of ending, and the connection is cut.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use tokio::task::JoinHandle;

use crate::edge::Edge;
use crate::error::{BodyError, FileProblem};
use crate::files::OpenFile;
use crate::site::Site;

/// Read at once, bytes: what a connection holds while its client does not read.
const CHUNK_LEN: u64 = 128 << 10;

/// A part of a body.
#[derive(Debug)]
pub(crate) enum Piece {
    /// As they are.
    Bytes(Bytes),
    /// From a file: offset and length, bytes.
    File(u64, u64),
}

impl Piece {
    pub(crate) fn len(&self) -> u64 {
        match self {
            Piece::Bytes(bytes) => bytes.len() as u64,
            Piece::File(_, len) => *len,
        }
    }
}

/// Which file of which site it is.
pub(crate) struct Source {
    pub(crate) edge: Edge,
    pub(crate) site: Arc<Site>,
    pub(crate) path: String,
}

/// The pieces that are still to come.
pub(crate) struct FileStream {
    pieces: VecDeque<Piece>,
    left: u64,
    /// SHA-256 of the whole file.
    fingerprint: [u8; 32],
    /// For messages; also keeps the site's files open.
    source: Source,
    state: State,
}

enum State {
    Idle(Box<OpenFile>),
    Reading(JoinHandle<(Box<OpenFile>, Result<Bytes, FileProblem>)>),
    Ended,
}

impl FileStream {
    /// Pieces of a file that has been checked to have this SHA-256.
    pub(crate) fn new(source: Source, file: OpenFile, fingerprint: [u8; 32], pieces: Vec<Piece>) -> Self {
        let left = pieces.iter().map(Piece::len).sum();
        FileStream { pieces: pieces.into(), left, fingerprint, source, state: State::Idle(Box::new(file)) }
    }

    /// What is still to come, bytes.
    pub(crate) fn left(&self) -> u64 {
        self.left
    }

    pub(crate) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, BodyError>>> {
        loop {
            match std::mem::replace(&mut self.state, State::Ended) {
                State::Ended => return Poll::Ready(None),
                State::Idle(file) => match self.pieces.pop_front() {
                    None => return Poll::Ready(None),
                    Some(Piece::Bytes(bytes)) => {
                        self.state = State::Idle(file);
                        return self.hand_out(bytes);
                    }
                    Some(Piece::File(_, 0)) => self.state = State::Idle(file),
                    Some(Piece::File(offset, len)) => self.start_reading(file, offset, len),
                },
                State::Reading(mut task) => {
                    let Poll::Ready(done) = Pin::new(&mut task).poll(cx) else {
                        self.state = State::Reading(task);
                        return Poll::Pending;
                    };
                    let outcome = done.map_err(|error| FileProblem::Io(error.into()));
                    return match outcome.and_then(|(file, read)| Ok((file, read?))) {
                        Ok((file, bytes)) => {
                            self.state = State::Idle(file);
                            self.hand_out(bytes)
                        }
                        Err(problem) => {
                            let Source { edge, site, path } = &mut self.source;
                            edge.report(site.name(), path, &problem);
                            let path = std::mem::take(path);
                            Poll::Ready(Some(Err(BodyError::File { path, problem })))
                        }
                    };
                }
            }
        }
    }

    fn hand_out(&mut self, bytes: Bytes) -> Poll<Option<Result<Bytes, BodyError>>> {
        self.left = self.left.saturating_sub(bytes.len() as u64);
        Poll::Ready(Some(Ok(bytes)))
    }

    fn start_reading(&mut self, mut file: Box<OpenFile>, offset: u64, len: u64) {
        let now = len.min(CHUNK_LEN);
        if now < len {
            self.pieces.push_front(Piece::File(offset.saturating_add(now), len - now));
        }
        let is_last = !self.pieces.iter().any(|piece| matches!(piece, Piece::File(..)));
        let fingerprint = self.fingerprint;
        self.state = State::Reading(tokio::task::spawn_blocking(move || {
            let read = file.read_at(offset, now as usize).and_then(|bytes| {
                if is_last {
                    file.check_still_has(&fingerprint)?;
                }
                Ok(bytes)
            });
            (file, read)
        }));
    }
}
