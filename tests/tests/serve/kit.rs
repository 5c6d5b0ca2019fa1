//! A server that is started for a test, and raw connections to it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::support::Place;

/// Nothing here takes longer.
pub(super) const LONG: Duration = Duration::from_secs(30);

/// A running `trailmark serve`; it is ended when this is dropped.
pub(super) struct Server {
    child: Child,
    pub(super) address: SocketAddr,
    /// Standard output below the first line, and standard error, as far as they came.
    pub(super) stdout: Arc<Mutex<String>>,
    pub(super) stderr: Arc<Mutex<String>>,
}

/// What comes out of a pipe, as far as it came.
pub(super) fn collect(mut from: impl Read + Send + 'static) -> Arc<Mutex<String>> {
    let all = Arc::new(Mutex::new(String::new()));
    let kept = Arc::clone(&all);
    std::thread::spawn(move || {
        let mut piece = [0; 4096];
        while let Ok(len @ 1..) = from.read(&mut piece) {
            kept.lock().unwrap().push_str(&String::from_utf8_lossy(&piece[..len]));
        }
    });
    all
}

impl Server {
    /// Starts it in a folder, and waits for its URL.
    pub(super) fn start(place: &Place, arguments: &[&str]) -> Server {
        Server::of(place.command(["serve"].iter().chain(arguments)))
    }

    pub(super) fn of(command: Command) -> Server {
        Server::try_of(command).unwrap_or_else(|said| panic!("it did not start: {said}"))
    }

    /// What it says, if it does not start.
    pub(super) fn try_of(mut command: Command) -> Result<Server, String> {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let stderr = collect(child.stderr.take().unwrap());
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        let Some(start) = line.find("http://") else {
            child.wait().unwrap();
            return Err(stderr.lock().unwrap().clone());
        };
        let address = line[start + 7..].split('/').next().unwrap().parse().unwrap();
        Ok(Server { child, address, stdout: collect(out), stderr })
    }

    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(super) fn connect(&self) -> Client {
        Client::to(self.address)
    }

    /// A GET on a connection of its own.
    pub(super) fn get(&self, target: &str) -> Answer {
        let mut client = self.connect();
        client.send(format!("GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"));
        client.answer()
    }

    /// Waits until a whole line of standard error holds a text, and gives all lines until then.
    #[track_caller]
    pub(super) fn says(&self, part: &str) -> String {
        let lines = || {
            let text = self.stderr.lock().unwrap();
            text.rsplit_once('\n').map_or_else(String::new, |(whole, _)| whole.to_owned())
        };
        let found = || Some(lines()).filter(|text| text.contains(part));
        wait_for(found).unwrap_or_else(|| panic!("{part:?} is not in {}", self.stderr.lock().unwrap()))
    }

    /// Sends a signal, by name.
    pub(super) fn signal(&self, name: &str) {
        let id = self.id().to_string();
        assert!(Command::new("kill").args([&format!("-{name}"), &id]).status().unwrap().success());
    }

    /// Waits until it has ended.
    #[track_caller]
    pub(super) fn ends(&mut self) -> Option<i32> {
        let ended = wait_for(|| self.child.try_wait().unwrap());
        ended.expect("it ends").code()
    }

    pub(super) fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It has ended already, perhaps.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Asks again until there is something.
pub(super) fn wait_for<T>(mut ask: impl FnMut() -> Option<T>) -> Option<T> {
    let started = Instant::now();
    loop {
        if let Some(found) = ask() {
            return Some(found);
        }
        if started.elapsed() > LONG {
            return None;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A connection.
pub(super) struct Client {
    pub(super) stream: TcpStream,
    reader: BufReader<TcpStream>,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Answer {
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    pub(super) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}

impl Client {
    pub(super) fn to(address: SocketAddr) -> Client {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(LONG)).unwrap();
        stream.set_write_timeout(Some(LONG)).unwrap();
        Client { reader: BufReader::new(stream.try_clone().unwrap()), stream }
    }

    pub(super) fn reader_mut(&mut self) -> &mut BufReader<TcpStream> {
        &mut self.reader
    }

    pub(super) fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.write_all(bytes.as_ref()).unwrap();
    }

    /// The head of an answer; `None` if the connection ends before.
    pub(super) fn head(&mut self) -> Option<Answer> {
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            if self.reader.read_line(&mut line).ok()? == 0 {
                return None;
            }
            match line.trim_end() {
                "" => break,
                line => lines.push(line.to_owned()),
            }
        }
        let status = lines.first()?.split(' ').nth(1)?.parse().ok()?;
        let header = |line: &String| {
            line.split_once(": ").map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        };
        Some(Answer { status, headers: lines.iter().skip(1).filter_map(header).collect(), body: Vec::new() })
    }

    /// An answer to a GET.
    #[track_caller]
    pub(super) fn answer(&mut self) -> Answer {
        let mut answer = self.head().expect("an answer");
        let len = answer.header("content-length").parse().unwrap_or(0);
        answer.body = vec![0; len];
        self.reader.read_exact(&mut answer.body).unwrap();
        answer
    }

    /// Everything until the end.
    pub(super) fn rest(&mut self) -> Vec<u8> {
        let mut rest = Vec::new();
        // A connection that is reset has ended, too.
        let _ = self.reader.read_to_end(&mut rest);
        rest
    }

    /// Whether the other side ends the connection within a time, after what it still sends.
    pub(super) fn is_closed_within(&mut self, time: Duration) -> bool {
        self.stream.set_read_timeout(Some(time)).unwrap();
        let mut piece = [0; 4096];
        let closed = loop {
            match self.reader.read(&mut piece) {
                Ok(0) => break true,
                Ok(_) => {}
                Err(error) => {
                    break !matches!(
                        error.kind(),
                        std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut
                    );
                }
            }
        };
        self.stream.set_read_timeout(Some(LONG)).unwrap();
        closed
    }
}
