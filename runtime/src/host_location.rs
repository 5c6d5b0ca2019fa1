//! How hosts other than Cloudflare's spell the path of a redirect. A location points to what is stored or to what was requested, and
//! is put together when it is written out.

use core::fmt::{self, Write};

use crate::asset::SitePath;
use crate::format;
use crate::host::HostRules;
use crate::host_path::{decode, without_repeated_slashes};
use crate::path::{MAX_REQUEST_LEN, RequestPath};

/// Where a redirect of a host leads.
#[derive(Debug, Clone, Copy)]
pub(crate) enum HostLocation<'m, 'r> {
    /// To a stored path.
    To(SitePath<'m>, Alphabet),
    /// To the request's own path, changed at its end: as it was requested.
    Requested(&'r [u8], Respelled, Slashes),
    /// The same, decoded and spelled again.
    Decoded(&'r [u8], Respelled),
}

/// A path that is changed at its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Respelled {
    /// Bytes that it loses.
    pub(crate) cut_len: usize,
    /// Whether there is a slash behind it then.
    pub(crate) adds_slash: bool,
}

/// What is escaped, and how.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Alphabet {
    /// What may not stand in the path of a URL.
    Url,
    /// As Go's standard library does it.
    Go,
    /// What is not ASCII, in lower case.
    NotAscii,
}

/// What becomes of runs of slashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Slashes {
    Kept,
    Single,
}

impl Respelled {
    /// What makes one path of another; `None` if they differ in more than their ends.
    pub(crate) fn between(from: &[u8], to: SitePath<'_>) -> Option<Respelled> {
        let (stem, suffix) = to.parts();
        let target = || stem.bytes().chain(suffix.bytes());
        let common = from.iter().copied().zip(target()).take_while(|(a, b)| a == b).count();
        let adds_slash = match target().count().checked_sub(common)? {
            0 => false,
            1 if target().last() == Some(b'/') => true,
            _ => return None,
        };
        Some(Respelled { cut_len: from.len() - common, adds_slash })
    }
}

impl<'m, 'r> HostLocation<'m, 'r> {
    /// Whether redirects of this host are made of the request's path, not of the stored one.
    pub(crate) fn is_made_of_request(host: &HostRules<'_>) -> bool {
        matches!(host.spelling(), format::HOST_SPELL_REQUESTED | format::HOST_SPELL_GO)
    }

    pub(crate) fn to(target: SitePath<'m>, host: &HostRules<'_>) -> Self {
        let alphabet = match host.spelling() {
            format::HOST_SPELL_DECODED => Alphabet::NotAscii,
            format::HOST_SPELL_GO => Alphabet::Go,
            _ => Alphabet::Url,
        };
        HostLocation::To(target, alphabet)
    }

    pub(crate) fn respelled(respelled: Respelled, host: &HostRules<'_>, request: &RequestPath<'r>) -> Self {
        let path = request.path_bytes();
        if host.spelling() == format::HOST_SPELL_GO {
            return HostLocation::Decoded(path, respelled);
        }
        let slashes =
            if host.cleaning() == format::HOST_CLEAN_SLASHES { Slashes::Single } else { Slashes::Kept };
        HostLocation::Requested(path, respelled, slashes)
    }
}

impl fmt::Display for HostLocation<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            HostLocation::To(target, alphabet) => {
                let (stem, suffix) = target.parts();
                write_path(f, stem.bytes().chain(suffix.bytes()), alphabet)
            }
            HostLocation::Requested(path, respelled, Slashes::Kept) => {
                write_raw(f, respelled.apply(path.iter().copied()))
            }
            HostLocation::Requested(path, respelled, Slashes::Single) => {
                write_raw(f, respelled.apply(without_repeated_slashes(path.iter().copied())))
            }
            HostLocation::Decoded(path, respelled) => {
                const SHORT: usize = 512;
                if path.len() <= SHORT {
                    write_decoded(f, path, respelled, &mut [0; SHORT])
                } else {
                    write_decoded(f, path, respelled, &mut [0; MAX_REQUEST_LEN])
                }
            }
        }
    }
}

impl Respelled {
    fn apply(self, path: impl Iterator<Item = u8> + Clone) -> impl Iterator<Item = u8> + Clone {
        let len = path.clone().count().saturating_sub(self.cut_len);
        path.take(len).chain(self.adds_slash.then_some(b'/'))
    }
}

fn write_decoded(
    f: &mut fmt::Formatter<'_>,
    path: &[u8],
    respelled: Respelled,
    buffer: &mut [u8],
) -> fmt::Result {
    // What could not be decoded has been refused before.
    let len = decode(path, b"", buffer).unwrap_or(0);
    let decoded = buffer.get(..len).unwrap_or_default();
    write_path(f, respelled.apply(decoded.iter().copied()), Alphabet::Go)
}

/// Writes ASCII as it is, with one slash in front: more of them would name another host.
fn write_raw(f: &mut fmt::Formatter<'_>, path: impl Iterator<Item = u8>) -> fmt::Result {
    f.write_char('/')?;
    path.skip_while(|&byte| byte == b'/').try_for_each(|byte| f.write_char(char::from(byte)))
}

/// The same, escaped as the alphabet says.
fn write_path(f: &mut fmt::Formatter<'_>, path: impl Iterator<Item = u8>, alphabet: Alphabet) -> fmt::Result {
    f.write_char('/')?;
    write_escaped(f, path.skip_while(|&byte| byte == b'/'), alphabet)
}

/// Writes bytes, escaped as the alphabet says.
pub(crate) fn write_escaped(
    f: &mut fmt::Formatter<'_>,
    mut path: impl Iterator<Item = u8>,
    alphabet: Alphabet,
) -> fmt::Result {
    path.try_for_each(|byte| match alphabet {
        Alphabet::NotAscii if byte.is_ascii() => f.write_char(char::from(byte)),
        Alphabet::NotAscii => write!(f, "%{byte:02x}"),
        _ if alphabet.allows(byte) => f.write_char(char::from(byte)),
        _ => write!(f, "%{byte:02X}"),
    })
}

impl Alphabet {
    fn allows(self, byte: u8) -> bool {
        byte.is_ascii_alphanumeric()
            || match self {
                Alphabet::Go => b"/-_.~$&+,;=:@".contains(&byte),
                _ => b"/-_.~!$&'()*+,;=:@[]".contains(&byte),
            }
    }
}
