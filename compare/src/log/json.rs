//! JSON lines: the field names of the usual servers, wherever they stand in the object. Fields that are not known are passed over
//! without being kept.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::record::{LogFormat, Read, Record, local_target, split_request, without_port};

pub(super) fn read(line: &[u8]) -> Read<'_> {
    let mut fields = Fields::default();
    let mut deserializer = serde_json::Deserializer::from_slice(line);
    let read =
        Object { fields: &mut fields }.deserialize(&mut deserializer).and_then(|()| deserializer.end());
    if read.is_err() {
        return Read::Damaged("no whole JSON object");
    }
    fields.record()
}

/// What was found in an object.
#[derive(Default)]
struct Fields<'l> {
    /// With path and query.
    target: Option<Cow<'l, str>>,
    /// Without query.
    path: Option<Cow<'l, str>>,
    /// `GET / HTTP/1.1`
    line: Option<Cow<'l, str>>,
    method: Option<Cow<'l, str>>,
    host: Option<Cow<'l, str>>,
    status: Option<u16>,
    referer: Option<Cow<'l, str>>,
}

impl<'l> Fields<'l> {
    fn record(self) -> Read<'l> {
        let Fields { target, path, line, method, host, status, referer } = self;
        let (line_method, line_target) =
            line.as_deref().and_then(|line| split_request(line.as_bytes())).unzip();
        let owned = |part: &[u8]| Cow::Owned(String::from_utf8_lossy(part).into_owned());
        let (line_method, line_target) = (line_method.map(owned), line_target.map(owned));
        // Messages of servers have a path as well: that of a file.
        let path = path.filter(|_| method.is_some() || status.is_some());
        let Some(target) = target.or(line_target).or(path) else { return Read::NotARequest };
        let target = match target {
            Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
            Cow::Owned(text) => Cow::Owned(text.into_bytes()),
        };
        let Some((target, url_host)) = local_target(target) else { return Read::NotARequest };
        let host = host.map(|host| match host {
            Cow::Borrowed(host) => Cow::Borrowed(without_port(host)),
            Cow::Owned(host) => Cow::Owned(without_port(&host).to_owned()),
        });
        Read::Request(
            LogFormat::Json,
            Record {
                method: method.or(line_method).unwrap_or(Cow::Borrowed("GET")),
                target,
                host: url_host.map(Cow::Owned).or(host),
                status: status.filter(|status| (100..1000).contains(status)),
                referer: referer.filter(|text| !text.is_empty() && text != "-"),
            },
        )
    }

    /// Where a field belongs; `None` if nowhere.
    fn place(&mut self, name: &str) -> Option<Place<'_, 'l>> {
        Some(match name {
            "request_uri" | "uri" | "ClientRequestURI" | "url" | "URL" | "target" | "RequestPath"
            | "requestUrl" => Place::Text(&mut self.target),
            "path" | "ClientRequestPath" | "request_path" | "cs-uri-stem" => Place::Text(&mut self.path),
            "request" | "Request" => Place::Request(self),
            "request_method"
            | "method"
            | "Method"
            | "ClientRequestMethod"
            | "RequestMethod"
            | "requestMethod"
            | "cs-method" => Place::Text(&mut self.method),
            "http_host" | "host" | "ClientRequestHost" | "RequestHost" | "server_name" | "vhost"
            | "x-host-header" => Place::Text(&mut self.host),
            "status" | "Status" | "EdgeResponseStatus" | "DownstreamStatus" | "status_code"
            | "statusCode" | "response_status" | "sc-status" => Place::Status(&mut self.status),
            "http_referer"
            | "referer"
            | "referrer"
            | "ClientRequestReferer"
            | "request_Referer"
            | "cs(Referer)" => Place::Text(&mut self.referer),
            "httpRequest" | "headers" | "Event" | "event" | "$workers" | "proxy" => Place::Inner(self),
            "response" | "Response" => Place::Response(&mut self.status),
            "Referer" => Place::First(&mut self.referer),
            _ => return None,
        })
    }
}

enum Place<'f, 'l> {
    Text(&'f mut Option<Cow<'l, str>>),
    Status(&'f mut Option<u16>),
    /// An object whose fields count as well.
    Inner(&'f mut Fields<'l>),
    /// An object as of Caddy, or a request line as of nginx.
    Request(&'f mut Fields<'l>),
    /// An object that holds the status, and nothing else of interest.
    Response(&'f mut Option<u16>),
    /// The first of a list.
    First(&'f mut Option<Cow<'l, str>>),
}

struct Object<'f, 'l> {
    fields: &'f mut Fields<'l>,
}

impl<'l> DeserializeSeed<'l> for Object<'_, 'l> {
    type Value = ();

    fn deserialize<D: Deserializer<'l>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'l> Visitor<'l> for Object<'_, 'l> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'l>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key_seed(Text)? {
            match name.as_deref().and_then(|name| self.fields.place(name)) {
                Some(place) => map.next_value_seed(place)?,
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

impl<'l> DeserializeSeed<'l> for Place<'_, 'l> {
    type Value = ();

    fn deserialize<D: Deserializer<'l>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'l> Place<'_, 'l> {
    fn put(self, text: Cow<'l, str>) {
        match self {
            // What a log says first, at the top, counts.
            Place::Text(place) | Place::First(place) => {
                place.get_or_insert(text);
            }
            Place::Request(fields) => {
                fields.line.get_or_insert(text);
            }
            Place::Status(place) => *place = text.parse().ok(),
            Place::Inner(_) | Place::Response(_) => {}
        }
    }
}

/// A value of a type that does not fit its name is passed over.
impl<'l> Visitor<'l> for Place<'_, 'l> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_borrowed_str<E>(self, text: &'l str) -> Result<(), E> {
        self.put(Cow::Borrowed(text));
        Ok(())
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        self.put(Cow::Owned(text.to_owned()));
        Ok(())
    }

    fn visit_u64<E>(self, number: u64) -> Result<(), E> {
        if let Place::Status(place) = self {
            *place = u16::try_from(number).ok();
        }
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_map<A: MapAccess<'l>>(self, mut map: A) -> Result<(), A::Error> {
        match self {
            Place::Inner(fields) | Place::Request(fields) => Object { fields }.visit_map(map),
            Place::Response(status) => {
                let mut response = Fields::default();
                Object { fields: &mut response }.visit_map(map)?;
                *status = response.status.or(*status);
                Ok(())
            }
            _ => {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(())
            }
        }
    }

    fn visit_seq<A: SeqAccess<'l>>(self, mut list: A) -> Result<(), A::Error> {
        if let Place::First(_) = self {
            list.next_element_seed(self)?;
        }
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }
}

/// A name: borrowed where it holds no escapes.
struct Text;

impl<'l> DeserializeSeed<'l> for Text {
    type Value = Option<Cow<'l, str>>;

    fn deserialize<D: Deserializer<'l>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        let mut text = None;
        deserializer.deserialize_str(Place::Text(&mut text))?;
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(line: &str) -> (String, String, Option<u16>, Option<String>, Option<String>) {
        match read(line.as_bytes()) {
            Read::Request(LogFormat::Json, record) => (
                record.method.into_owned(),
                String::from_utf8(record.target.into_owned()).unwrap(),
                record.status,
                record.host.map(Cow::into_owned),
                record.referer.map(Cow::into_owned),
            ),
            other => panic!("{line}: {other:?}"),
        }
    }

    #[test]
    fn every_usual_server_is_understood() {
        let expected = |referer: Option<&str>| {
            let text = |text: &str| text.to_owned();
            (text("GET"), text("/a?b=1"), Some(404), Some(text("h.example")), referer.map(str::to_owned))
        };
        let nginx = r#"{"time":"x","request_method":"GET","request_uri":"/a?b=1","status":404,"http_host":"h.example:443","http_referer":"-"}"#;
        let nginx_line = r#"{"request":"GET /a?b=1 HTTP/1.1","status":"404","host":"h.example","http_referer":"https://x/"}"#;
        let caddy = r#"{"level":"info","request":{"remote_ip":"1.2.3.4","proto":"HTTP/2.0","method":"GET","host":"h.example","uri":"/a?b=1","headers":{"User-Agent":["x"],"Referer":["https://x/"]},"tls":{"resumed":false}},"duration":0.1,"status":404}"#;
        let logpush = r#"{"ClientRequestHost":"h.example","ClientRequestMethod":"GET","ClientRequestURI":"/a?b=1","ClientRequestPath":"/a","EdgeResponseStatus":404,"ClientRequestReferer":""}"#;
        let traefik = r#"{"RequestMethod":"GET","RequestPath":"/a?b=1","RequestHost":"h.example","DownstreamStatus":404,"OriginStatus":200,"x":[1,{"status":1}]}"#;
        assert_eq!(request(nginx), expected(None));
        assert_eq!(request(nginx_line), expected(Some("https://x/")));
        assert_eq!(request(caddy), expected(Some("https://x/")));
        assert_eq!(request(logpush), expected(None));
        assert_eq!(request(traefik), expected(None));
        let trace = r#"{"Event":{"RayID":"x","Request":{"URL":"https://h.example/a?b=1","Method":"GET"},"Response":{"Status":404}},"EventType":"fetch","Outcome":"ok"}"#;
        let tail = r#"{"outcome":"ok","event":{"response":{"status":404,"url":"/z"},"request":{"url":"https://h.example/a?b=1","method":"GET","headers":{"host":"other.example"}}}}"#;
        let google = r#"{"httpRequest":{"requestMethod":"GET","requestUrl":"https://h.example/a?b=1","status":404,"referer":"https://x/"}}"#;
        assert_eq!(request(trace), expected(None));
        assert_eq!(request(tail), expected(None));
        assert_eq!(request(google), expected(Some("https://x/")));
        let absolute = r#"{"url":"https://h.example/a?b=1","statusCode":404,"method":"GET"}"#;
        assert_eq!(request(absolute), expected(None));
        assert_eq!(request(r#"{"path":"/caf\u00e9","method":"GET"}"#).1, "/café");
    }

    #[test]
    fn what_is_no_request_is_told_from_what_is_damaged() {
        assert_eq!(read(br#"{"level":"info","message":"started"}"#), Read::NotARequest);
        let cron = br#"{"Event":{"Cron":"* * * * *","ScheduledTimeMs":1},"EventType":"scheduled"}"#;
        assert_eq!(read(cron), Read::NotARequest);
        let message =
            br#"{"level":"error","message":"file not served","site":"dist","path":"/a.js","problem":"x"}"#;
        assert_eq!(read(message), Read::NotARequest);
        assert_eq!(read(br#"{"uri":5,"status":"x"}"#), Read::NotARequest);
        for line in [r#"{"uri":"/a""#, "{]", "{\"uri\":\"/a\"} tail", "{"] {
            assert!(matches!(read(line.as_bytes()), Read::Damaged(_)), "{line}");
        }
    }
}
