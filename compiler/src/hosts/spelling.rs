//! From a request path to the name that is looked for, and from a name back to a `Location`.

use std::borrow::Cow;
use std::fmt::Write;

use super::policy::{Cleaning, Decoding, Policy, Spelling};

/// The path that the rows of a host read; `None` if the host refuses it.
pub(super) fn read(path: &str, policy: &Policy) -> Option<String> {
    let read = match policy.decoding {
        Decoding::AtLookup | Decoding::AtLookupUri => path.to_owned(),
        Decoding::Lenient => percent_decode(path, b"").unwrap_or_else(|| path.to_owned()),
        Decoding::Strict => percent_decode(path, b"")?,
    };
    match policy.cleaning {
        Cleaning::Nothing | Cleaning::SlashesAtLookup => Some(read),
        Cleaning::Slashes => Some(with_single_slashes(&read)),
        Cleaning::Dots => clean(&read, false),
        Cleaning::DotsOfGo => clean(&read, true),
    }
}

/// The name of a file or folder, for which a row asks; decoded by the rows that read the path as it was requested. A folder may have
/// a slash at its end.
pub(super) fn name<'n>(made: &'n str, policy: &Policy) -> Cow<'n, str> {
    if policy.cleaning == Cleaning::SlashesAtLookup && made.contains("//") {
        return Cow::Owned(with_single_slashes(made));
    }
    let stays: &[u8] = match policy.decoding {
        Decoding::Lenient | Decoding::Strict => return Cow::Borrowed(made),
        Decoding::AtLookup => b"",
        Decoding::AtLookupUri => b";/?:@&=+$,#",
    };
    if made.contains('%') {
        percent_decode(made, stays).map_or(Cow::Borrowed(made), Cow::Owned)
    } else {
        Cow::Borrowed(made)
    }
}

/// A decoded path as the rows read it.
pub(super) fn requested(path: &str, policy: &Policy) -> String {
    match policy.decoding {
        Decoding::AtLookup | Decoding::AtLookupUri => encode(path),
        Decoding::Lenient | Decoding::Strict => path.to_owned(),
    }
}

/// What stands behind the escapes, but for those of some characters; `None` if a `%` begins none. Bytes that are not UTF-8 become
/// U+FFFD: no file is found then.
fn percent_decode(path: &str, stays: &[u8]) -> Option<String> {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        rest = tail;
        if first != b'%' {
            bytes.push(first);
            continue;
        }
        let (digits, behind) = tail.split_at_checked(2)?;
        let text = std::str::from_utf8(digits).ok().filter(|digits| !digits.starts_with('+'))?;
        let byte = u8::from_str_radix(text, 16).ok()?;
        if stays.contains(&byte) {
            bytes.push(first);
        } else {
            bytes.push(byte);
            rest = behind;
        }
    }
    Some(
        String::from_utf8(bytes)
            .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()),
    )
}

fn with_single_slashes(path: &str) -> String {
    let mut single = String::with_capacity(path.len());
    for character in path.chars() {
        if !(character == '/' && single.ends_with('/')) {
            single.push(character);
        }
    }
    single
}

/// The path with runs of slashes as one, and without dot segments. As Go does it, only a slash is a slash at the end, and the root may
/// have none; otherwise a dot segment at the end leaves one, and a path that leaves the root is `None`.
fn clean(path: &str, as_go: bool) -> Option<String> {
    let mut kept: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                if kept.pop().is_none() && !as_go {
                    return None;
                }
            }
            segment => kept.push(segment),
        }
    }
    let last = path.rsplit('/').next().unwrap_or_default();
    let ends_in_slash = last.is_empty() || (!as_go && matches!(last, "." | ".."));
    let mut clean = String::with_capacity(path.len());
    for segment in &kept {
        clean.push('/');
        clean.push_str(segment);
    }
    if ends_in_slash {
        clean.push('/');
    }
    Some(clean)
}

/// A path and a query as they stand in `Location`. More than one slash in front would name another host, so there is one.
pub(super) fn location(path: &str, query: &str, policy: &Policy) -> String {
    let path = format!("/{}", path.trim_start_matches('/'));
    let path = match policy.spelling {
        Spelling::Encoded => encode(&path),
        Spelling::EncodedByGo => {
            let is_raw =
                |character: char| character.is_ascii_alphanumeric() || "/-_.~$&+,;=:@".contains(character);
            escape(&path, is_raw, true)
        }
        Spelling::Decoded => escape(&path, |character| character.is_ascii(), false),
        Spelling::AsRequested => path,
    };
    if policy.keeps_query { path + query } else { path }
}

/// Percent-encodes what may not stand in the path of a URL.
pub(super) fn encode(path: &str) -> String {
    let is_raw =
        |character: char| character.is_ascii_alphanumeric() || "/-_.~!$&'()*+,;=:@[]".contains(character);
    escape(path, is_raw, true)
}

fn escape(path: &str, is_raw: impl Fn(char) -> bool, in_upper_case: bool) -> String {
    let mut escaped = String::with_capacity(path.len());
    for character in path.chars() {
        if is_raw(character) {
            escaped.push(character);
        } else {
            let mut buffer = [0; 4];
            for byte in character.encode_utf8(&mut buffer).bytes() {
                let _ = if in_upper_case {
                    write!(escaped, "%{byte:02X}")
                } else {
                    write!(escaped, "%{byte:02x}")
                };
            }
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::super::host::Host;
    use super::*;

    #[test]
    fn escapes_are_decoded_at_once_and_broken_ones_are_kept_or_refused() {
        let github = Policy::of(Host::GithubPages).unwrap();
        let nginx = Policy::of(Host::Nginx).unwrap();
        assert_eq!(read("/a%20b%2Fc", &github).as_deref(), Some("/a b/c"));
        assert_eq!(read("/a%2", &github).as_deref(), Some("/a%2"));
        assert_eq!(read("/a%+1", &nginx), None);
        assert_eq!(read("//a/%2e%2E//b", &nginx).as_deref(), Some("/b"));
        assert_eq!(read("/a/b/..", &nginx).as_deref(), Some("/a/"));
        assert_eq!(read("/a/%2E./..", &nginx), None);
        let caddy = Policy::of(Host::Caddy).unwrap();
        assert_eq!(read("/a/b/..", &caddy).as_deref(), Some("/a"));
        assert_eq!(read("/a/%2E./..", &caddy).as_deref(), Some(""));
    }

    #[test]
    fn hosts_that_read_paths_as_requested_decode_names_of_files_alone() {
        let (vercel, firebase) = (Policy::of(Host::Vercel).unwrap(), Policy::of(Host::Firebase).unwrap());
        assert_eq!(read("/a%20b", &vercel).as_deref(), Some("/a%20b"));
        assert_eq!(name("/a%20b%2Bc", &vercel), "/a b+c");
        assert_eq!(name("/a%20b%2Bc", &firebase), "/a b%2Bc");
        assert_eq!(name("/%zz", &vercel), "/%zz");
    }

    #[test]
    fn locations_name_no_other_host() {
        let github = Policy::of(Host::GithubPages).unwrap();
        assert_eq!(location("//example.com/ü", "?q", &github), "/example.com/%C3%BC?q");
    }
}
