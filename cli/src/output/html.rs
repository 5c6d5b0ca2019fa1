//! Text that goes into HTML, and the hashes by which a page's policy knows its own script and style.

use sha2::{Digest, Sha256};

use super::Shown;
use super::base64::base64;

/// A text for HTML, in an element or a quoted attribute. Characters that hide or turn text round are spelled out.
pub(crate) fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for character in Shown(text).to_string().chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// The source of a Content-Security-Policy that allows this script or style.
pub(crate) fn policy_hash(text: &str) -> String {
    format!("'sha256-{}'", base64(&Sha256::digest(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_stays_text_whatever_is_in_it() {
        let title = "</title><script>alert('1')</script>&\"\u{202e}";
        let expected = "&lt;/title&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;&quot;\\u{202e}";
        assert_eq!(escaped(title), expected);
    }

    #[test]
    fn hashes_are_those_of_the_specification() {
        // The example of CSP Level 2, 4.2.5; openssl gives the same.
        let hash = policy_hash("alert('Hello, world.');");
        assert_eq!(hash, "'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='");
    }
}
