//! Listeners: one a thread where the system spreads connections over several of one port, else one that all threads share.

use std::io;
use std::net::{SocketAddr, TcpListener};

use socket2::{Domain, Protocol, Socket, Type};

/// Connections that may wait to be accepted; the system may allow fewer.
const BACKLOG: i32 = 4096;

/// An address that is listened to.
#[derive(Debug)]
pub struct Listeners {
    sockets: Vec<TcpListener>,
    address: SocketAddr,
}

impl Listeners {
    /// Listens, for so many threads. With port 0 the system chooses a free one.
    ///
    /// # Errors
    /// [`io::Error`] of the system; of kind [`AddrInUse`](io::ErrorKind::AddrInUse) if somebody else listens there, this process and
    /// this user included.
    pub fn bind(address: SocketAddr, threads: usize) -> io::Result<Listeners> {
        let threads = threads.max(1);
        let first = socket(address)?;
        // Without the option that lets several share a port, so that a port which another server has is not taken for free.
        first.bind(&address.into())?;
        let address = first
            .local_addr()?
            .as_socket()
            .ok_or_else(|| io::Error::other("the system gave no address of the internet"))?;
        let mut sockets = vec![first];
        if threads > 1 && share_port(&sockets) {
            for _ in 1..threads {
                match another(address) {
                    Ok(socket) => sockets.push(socket),
                    // One listener for all does as well, if more slowly.
                    Err(_) => {
                        sockets.truncate(1);
                        break;
                    }
                }
            }
        }
        for socket in &sockets {
            socket.listen(BACKLOG)?;
            socket.set_nonblocking(true)?;
        }
        let mut sockets: Vec<TcpListener> = sockets.into_iter().map(TcpListener::from).collect();
        while sockets.len() < threads {
            let Some(copy) = sockets.first().map(TcpListener::try_clone) else { break };
            sockets.push(copy?);
        }
        Ok(Listeners { sockets, address })
    }

    /// Where connections are taken.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// How many threads they are for.
    pub fn threads(&self) -> usize {
        self.sockets.len()
    }

    /// The listeners, one for each thread, for a server of one's own.
    pub fn into_sockets(self) -> Vec<TcpListener> {
        self.sockets
    }
}

fn socket(address: SocketAddr) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    // Connections of a server that has just ended are no hindrance. Elsewhere the option means something else.
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    // Those that are accepted have it from here, on Linux.
    socket.set_tcp_nodelay(true)?;
    Ok(socket)
}

/// Allows others beside the first. Linux alone spreads connections over them.
#[cfg(target_os = "linux")]
fn share_port(sockets: &[Socket]) -> bool {
    sockets.iter().all(|socket| socket.set_reuse_port(true).is_ok())
}

#[cfg(not(target_os = "linux"))]
fn share_port(_: &[Socket]) -> bool {
    false
}

fn another(address: SocketAddr) -> io::Result<Socket> {
    let socket = socket(address)?;
    #[cfg(target_os = "linux")]
    socket.set_reuse_port(true)?;
    socket.bind(&address.into())?;
    Ok(socket)
}

/// Lets this process have as many file descriptors as the system allows it, and says how many those are; `None` where that can't be
/// told. Each connection takes one. Programs that still call `select` should not raise it.
#[cfg(unix)]
pub fn raise_file_limit() -> Option<u64> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let now = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: now.maximum, maximum: now.maximum };
    match setrlimit(Resource::Nofile, raised) {
        Ok(()) => now.maximum,
        Err(_) => now.current,
    }
}

/// Lets this process have as many file descriptors as the system allows it; here it has them.
#[cfg(not(unix))]
pub fn raise_file_limit() -> Option<u64> {
    None
}
