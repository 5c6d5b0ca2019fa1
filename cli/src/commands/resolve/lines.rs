//! Requests as JSON lines: one after the other, in bounded memory, whatever they hold.

use std::borrow::Cow;
use std::io::{self, BufRead, BufReader, Read};

use anyhow::{Context, anyhow, bail};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::request::{Via, Wanted};

/// The longest line that is read; what is longer is passed over and reported.
const LONGEST: u64 = 16 * 1024 * 1024;

/// The lines of an input.
pub(super) struct Lines<R> {
    input: BufReader<R>,
    buffer: Vec<u8>,
    number: u64,
}

/// A line, counted from 1.
pub(super) struct Line<'l> {
    /// Which one.
    pub(super) number: u64,
    /// What it says, without line break; an error if it is too long.
    pub(super) text: anyhow::Result<&'l [u8]>,
}

impl<R: Read> Lines<R> {
    pub(super) fn new(input: BufReader<R>) -> Self {
        Lines { input, buffer: Vec::new(), number: 0 }
    }

    /// The next line; `None` at the end. The last one may lack its line break.
    pub(super) fn next(&mut self) -> io::Result<Option<Line<'_>>> {
        self.buffer.clear();
        let len = self.input.by_ref().take(LONGEST).read_until(b'\n', &mut self.buffer)?;
        if len == 0 {
            return Ok(None);
        }
        self.number += 1;
        let number = self.number;
        if self.buffer.last() != Some(&b'\n') && len as u64 == LONGEST && self.pass_over()? {
            let text = Err(anyhow!("the line is longer than {LONGEST} bytes"));
            return Ok(Some(Line { number, text }));
        }
        let text = self.buffer.strip_suffix(b"\n").unwrap_or(&self.buffer);
        // An editor's byte order mark is no part of the first request.
        let text = if number == 1 { text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(text) } else { text };
        Ok(Some(Line { number, text: Ok(text) }))
    }

    /// Reads to the end of the line; whether there was more of it.
    fn pass_over(&mut self) -> io::Result<bool> {
        Ok(self.input.skip_until(b'\n')? > 0)
    }

    /// Whether reading on may wait for somebody to write.
    pub(super) fn would_wait(&self) -> bool {
        self.input.buffer().is_empty()
    }
}

/// A request as a line states it. Fields that are not known are ignored.
#[derive(Deserialize)]
pub(super) struct JsonRequest<'l> {
    /// A path with its query, or an absolute URL.
    #[serde(borrow)]
    pub(super) url: Cow<'l, str>,
    #[serde(borrow)]
    method: Option<Cow<'l, str>>,
    #[serde(borrow)]
    host: Option<Cow<'l, str>>,
    #[serde(default)]
    headers: Option<Map<String, Value>>,
    via: Option<JsonVia>,
    #[serde(skip)]
    header_list: Vec<(String, String)>,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum JsonVia {
    Router,
    Binding,
}

impl<'l> JsonRequest<'l> {
    /// Reads a line.
    ///
    /// # Errors
    /// It is no JSON object with a `url`, or a field has the wrong type.
    pub(super) fn parse(line: &'l [u8]) -> anyhow::Result<Self> {
        let text = std::str::from_utf8(line).context("the line is not UTF-8")?.trim();
        if text.is_empty() {
            bail!("the line is blank; a JSON object is wanted: {{\"url\": \"/\"}}");
        }
        if !text.starts_with('{') {
            bail!("not a JSON object; wanted: {{\"url\": \"/\"}}");
        }
        let mut request: JsonRequest<'_> =
            serde_json::from_str(text).map_err(|error| without_line(&error))?;
        for (name, value) in request.headers.take().into_iter().flatten() {
            let value = header_value(&name, value)?;
            request.header_list.push((name, value));
        }
        Ok(request)
    }

    /// The request.
    pub(super) fn wanted(&self) -> Wanted<'_> {
        Wanted {
            url: self.url.as_bytes(),
            method: self.method.as_deref().unwrap_or("GET"),
            host: self.host.as_deref(),
            headers: &self.header_list,
            via: match self.via {
                Some(JsonVia::Binding) => Via::Binding,
                Some(JsonVia::Router) | None => Via::Router,
            },
        }
    }
}

/// Several lines of one header reach the platform as one, joined.
fn header_value(name: &str, value: Value) -> anyhow::Result<String> {
    let expected = || anyhow!("header `{name}` must be a string or an array of strings");
    let text = |value| match value {
        Value::String(text) => Ok(text),
        _ => Err(expected()),
    };
    match value {
        Value::Array(values) => {
            let values = values.into_iter().map(text).collect::<Result<Vec<_>, _>>()?;
            Ok(values.join(", "))
        }
        value => text(value),
    }
}

/// serde_json counts lines within the text it got, which is always one.
fn without_line(error: &serde_json::Error) -> anyhow::Error {
    let text = error.to_string();
    let what = text.split(" at line ").next().unwrap_or(&text);
    anyhow!("{what} (column {})", error.column())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(line: &str) -> String {
        JsonRequest::parse(line.as_bytes()).err().map(|error| format!("{error:#}")).unwrap_or_default()
    }

    #[test]
    fn every_field_but_the_url_may_be_left_out() {
        let request = JsonRequest::parse(br#" {"url": "/a\u00e9", "extra": [1], "method": null} "#).unwrap();
        let wanted = request.wanted();
        assert_eq!((wanted.url, wanted.method, wanted.host), ("/aé".as_bytes(), "GET", None));
        assert_eq!(wanted.via, Via::Router);
    }

    #[test]
    fn header_values_may_be_lists() {
        let line = br#"{"url":"/","headers":{"If-None-Match":["\"a\"","\"b\""],"Range":"bytes=0-"},"via":"binding"}"#;
        let request = JsonRequest::parse(line).unwrap();
        let wanted = request.wanted();
        assert_eq!(wanted.headers[0], ("If-None-Match".to_owned(), "\"a\", \"b\"".to_owned()));
        assert_eq!(wanted.via, Via::Binding);
    }

    #[test]
    fn what_is_no_request_is_refused_in_one_sentence() {
        assert!(refusal("").contains("blank"));
        assert!(refusal("[\"/a\"]").contains("not a JSON object"));
        assert!(refusal("{\"method\": \"GET\"}").starts_with("missing field `url`"));
        assert!(refusal("{\"url\": 5}").contains("expected a string (column"));
        assert!(refusal("{\"url\": \"/\", \"headers\": {\"a\": 1}}").contains("header `a`"));
        assert!(refusal("{\"url\": \"/\", \"via\": \"x\"}").contains("unknown variant `x`"));
        assert!(refusal("{\"url\": \"/").contains("EOF"));
    }

    #[test]
    fn lines_come_out_one_by_one_with_or_without_a_break_at_the_end() {
        let mut lines = Lines::new(BufReader::new(&b"\xEF\xBB\xBFa\r\n\nb"[..]));
        let mut seen = Vec::new();
        while let Some(line) = lines.next().unwrap() {
            seen.push((line.number, line.text.unwrap().to_vec()));
        }
        assert_eq!(seen, [(1, b"a\r".to_vec()), (2, b"".to_vec()), (3, b"b".to_vec())]);
    }
}
