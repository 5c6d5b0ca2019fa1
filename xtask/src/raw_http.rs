//! A client that sends bytes as they are given, one request after the other over one connection, and reads what comes back as
//! RFC 9112 says. It makes no allowances: what it can't read is an error.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};

const TIMEOUT: Duration = Duration::from_secs(15);
const MAX_HEAD: u64 = 1 << 20;
const MAX_BODY: usize = 64 << 20;

/// A connection to one server, made again when the server closes it.
#[derive(Debug)]
pub(crate) struct Client {
    address: String,
    stream: Option<BufReader<TcpStream>>,
}

/// An answer as it came.
#[derive(Debug)]
pub(crate) struct RawReply {
    /// HTTP status.
    pub(crate) status: u16,
    /// Header lines in their order, names in lower case.
    pub(crate) headers: Vec<(String, Vec<u8>)>,
    /// The body, without its framing.
    pub(crate) body: Vec<u8>,
}

impl RawReply {
    /// The value of a header; the first, if there are several.
    pub(crate) fn header(&self, name: &str) -> Option<&[u8]> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_slice())
    }

    fn says(&self, name: &str, word: &str) -> bool {
        self.header(name).is_some_and(|value| value.eq_ignore_ascii_case(word.as_bytes()))
    }
}

impl Client {
    /// Connects when it is first asked.
    pub(crate) fn to(address: impl ToString) -> Client {
        Client { address: address.to_string(), stream: None }
    }

    /// Sends a request, reads the answer.
    ///
    /// # Errors
    /// The connection fails, or what comes is no HTTP.
    pub(crate) fn ask(&mut self, request: &[u8], is_head: bool) -> Result<RawReply> {
        if let Some(stream) = &mut self.stream
            // A server may close an idle connection at the moment it is used again.
            && (stream.get_mut().write_all(request).is_err() || stream.fill_buf().map_or(true, <[u8]>::is_empty))
        {
            self.stream = None;
        }
        if self.stream.is_none() {
            let stream = TcpStream::connect(&self.address).context("can't connect")?;
            stream.set_read_timeout(Some(TIMEOUT))?;
            stream.set_write_timeout(Some(TIMEOUT))?;
            stream.set_nodelay(true)?;
            self.stream.insert(BufReader::new(stream)).get_mut().write_all(request).context("can't send")?;
        }
        let stream = self.stream.as_mut().context("no connection")?;
        let reply = read_reply(stream, is_head);
        if !reply.as_ref().is_ok_and(|(_, stays_open)| *stays_open) {
            self.stream = None;
        }
        Ok(reply?.0)
    }
}

/// An answer, and whether another may follow on this connection.
fn read_reply(stream: &mut BufReader<TcpStream>, is_head: bool) -> Result<(RawReply, bool)> {
    let (mut reply, mut is_old) = read_head(stream)?;
    while (100..200).contains(&reply.status) {
        ensure!(reply.status != 101, "the server switched protocols");
        (reply, is_old) = read_head(stream)?;
    }
    let mut stays_open = !is_old && !reply.says("connection", "close");
    let length = reply.header("content-length").map(read_length).transpose()?;
    if is_head || matches!(reply.status, 204 | 304) {
        ensure!(stream.buffer().is_empty(), "a body that must not be there");
    } else if reply.says("transfer-encoding", "chunked") {
        ensure!(length.is_none(), "both a length and chunks");
        read_chunks(stream, &mut reply.body)?;
    } else if let Some(length) = length {
        reply.body = read_exactly(stream, length)?;
    } else {
        stream.take(MAX_BODY as u64).read_to_end(&mut reply.body).context("the body breaks off")?;
        stays_open = false;
    }
    Ok((reply, stays_open))
}

fn read_length(value: &[u8]) -> Result<usize> {
    let text = std::str::from_utf8(value).ok().filter(|text| text.bytes().all(|b| b.is_ascii_digit()));
    text.and_then(|text| text.parse().ok()).with_context(|| format!("a length of {value:?}"))
}

/// Status line and headers, and whether it is HTTP/1.0.
fn read_head(stream: &mut BufReader<TcpStream>) -> Result<(RawReply, bool)> {
    let mut head = stream.take(MAX_HEAD);
    let line = read_line(&mut head)?;
    let text = String::from_utf8_lossy(&line);
    let mut parts = text.splitn(3, ' ');
    let version = parts.next().unwrap_or_default();
    ensure!(matches!(version, "HTTP/1.1" | "HTTP/1.0"), "no HTTP: {text:?}");
    let status = parts.next().and_then(|status| status.parse().ok());
    let status = status.with_context(|| format!("no status in {text:?}"))?;
    let mut headers = Vec::new();
    loop {
        let line = read_line(&mut head)?;
        if line.is_empty() {
            break;
        }
        let colon = line.iter().position(|&b| b == b':').with_context(|| format!("no header: {line:?}"))?;
        let name = String::from_utf8_lossy(&line[..colon]).to_ascii_lowercase();
        headers.push((name, line[colon + 1..].trim_ascii().to_vec()));
    }
    Ok((RawReply { status, headers, body: Vec::new() }, version == "HTTP/1.0"))
}

/// A line without its end.
fn read_line(stream: &mut impl BufRead) -> Result<Vec<u8>> {
    let mut line = Vec::new();
    stream.read_until(b'\n', &mut line).context("the answer breaks off")?;
    match line.strip_suffix(b"\r\n") {
        Some(line) => Ok(line.to_vec()),
        None if line.is_empty() => bail!("the connection was closed before the answer"),
        None => bail!("a line without an end: {line:?}"),
    }
}

fn read_exactly(stream: &mut impl Read, length: usize) -> Result<Vec<u8>> {
    ensure!(length <= MAX_BODY, "a body of {length} bytes");
    let mut body = vec![0; length];
    stream.read_exact(&mut body).context("the body breaks off")?;
    Ok(body)
}

fn read_chunks(stream: &mut BufReader<TcpStream>, body: &mut Vec<u8>) -> Result<()> {
    loop {
        let line = read_line(stream)?;
        let text = String::from_utf8_lossy(&line);
        let digits = text.split(';').next().unwrap_or_default().trim();
        let length =
            usize::from_str_radix(digits, 16).with_context(|| format!("a chunk of length {text:?}"))?;
        body.extend(read_exactly(stream, length)?);
        ensure!(body.len() <= MAX_BODY, "a body without end");
        let end = read_line(stream)?;
        ensure!(end.is_empty(), "a chunk that is longer than it says, or a trailer: {end:?}");
        if length == 0 {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    /// What the client makes of these bytes.
    fn read(answer: &'static [u8], is_head: bool) -> Result<RawReply> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept()?;
            stream.read_exact(&mut [0; 3])?;
            stream.write_all(answer)
        });
        let reply = Client::to(address).ask(b"ask", is_head);
        server.join().expect("the server ends")?;
        reply
    }

    #[test]
    fn bodies_come_without_their_framing() {
        for answer in [
            &b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody"[..],
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nb\r\n3;x\r\nody\r\n0\r\n\r\n",
            b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nx: y\r\n\r\nbody",
        ] {
            assert_eq!(read(answer, false).unwrap().body, b"body");
        }
    }

    #[test]
    fn wrong_framing_is_an_error() {
        for answer in [
            &b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nbody"[..],
            b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nbody",
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nbody\r\n0\r\n\r\n",
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nbody\r\n",
            b"HTTP/1.1 200 OK\r\nbody",
            b"",
        ] {
            assert!(read(answer, false).is_err());
        }
        assert!(read(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody", true).is_err());
        assert!(read(b"HTTP/1.1 304 Not Modified\r\nContent-Length: 4\r\n\r\nbody", false).is_err());
    }
}
