//! From a request path to the name that is looked for, and from a name back to a `Location`.

use super::policy::{Decoding, Policy, Spelling};

/// The name that a host looks for; `None` if it refuses the path.
pub(super) fn decode(path: &str, policy: &Policy) -> Option<String> {
    let decoded = match percent_decode(path) {
        Some(bytes) => match String::from_utf8(bytes) {
            Ok(text) => text,
            // No file has such a name; but it takes part in no other rule than a file's would.
            Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
        },
        None if policy.decoding == Decoding::Strict => return None,
        None => path.to_owned(),
    };
    Some(if policy.cleans { clean(&decoded) } else { decoded })
}

/// The bytes behind the escapes; `None` if a `%` begins none.
fn percent_decode(path: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        rest = tail;
        if first == b'%' {
            let (digits, behind) = tail.split_at_checked(2)?;
            let digits = std::str::from_utf8(digits).ok().filter(|digits| !digits.starts_with('+'))?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = behind;
        } else {
            bytes.push(first);
        }
    }
    Some(bytes)
}

/// The path with runs of slashes as one, and without dot segments.
fn clean(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                kept.pop();
            }
            segment => kept.push(segment),
        }
    }
    let ends_in_folder = matches!(path.rsplit('/').next(), None | Some("" | "." | ".."));
    let mut clean = String::with_capacity(path.len());
    for segment in &kept {
        clean.push('/');
        clean.push_str(segment);
    }
    if clean.is_empty() || ends_in_folder {
        clean.push('/');
    }
    clean
}

/// A path and a query as they stand in `Location`. More than one slash in front would name another host, so there is one.
pub(super) fn location(path: &str, query: &str, policy: &Policy) -> String {
    let mut location = String::with_capacity(path.len() + query.len());
    let path = path.trim_start_matches('/');
    location.push('/');
    for character in path.chars() {
        let is_raw = match policy.spelling {
            Spelling::Encoded => {
                character.is_ascii_alphanumeric() || "/-_.~!$&'()*+,;=:@[]".contains(character)
            }
            Spelling::Decoded => character.is_ascii(),
        };
        if is_raw {
            location.push(character);
        } else {
            let mut buffer = [0; 4];
            for byte in character.encode_utf8(&mut buffer).bytes() {
                location.push_str(&format!("%{byte:02X}"));
            }
        }
    }
    if policy.keeps_query {
        location.push_str(query);
    }
    location
}

#[cfg(test)]
mod tests {
    use super::super::host::Host;
    use super::*;

    #[test]
    fn escapes_are_decoded_at_once_and_broken_ones_are_kept_or_refused() {
        let github = Policy::of(Host::GithubPages);
        let nginx = Policy::of(Host::Nginx);
        assert_eq!(decode("/a%20b%2Fc", &github).as_deref(), Some("/a b/c"));
        assert_eq!(decode("/a%2", &github).as_deref(), Some("/a%2"));
        assert_eq!(decode("/a%+1", &nginx), None);
        assert_eq!(decode("//a/%2e%2E//b", &nginx).as_deref(), Some("/b"));
        assert_eq!(decode("/a/b/..", &nginx).as_deref(), Some("/a/"));
    }

    #[test]
    fn locations_name_no_other_host() {
        let vercel = Policy::of(Host::Vercel);
        assert_eq!(location("//example.com/ü", "?q", &vercel), "/example.com/%C3%BC?q");
    }
}
