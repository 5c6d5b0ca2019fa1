//! The candidates of a `srcset` attribute. Follows HTML, "Parsing a srcset attribute".

/// Gives each URL with its place in the text.
pub(crate) fn srcset<'t>(text: &'t [u8], mut each: impl FnMut(&'t [u8], usize)) {
    let is_space = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b'\x0C');
    let mut at = 0;
    while let Some(start) = position(text, at, |byte| !is_space(byte) && *byte != b',') {
        let end = position(text, start, is_space).unwrap_or(text.len());
        let word = text.get(start..end).unwrap_or_default();
        // Commas at the end of a URL end the candidate; elsewhere they belong to it.
        let commas = word.iter().rev().take_while(|byte| **byte == b',').count();
        each(word.get(..word.len() - commas).unwrap_or_default(), start);
        at = if commas > 0 { end } else { descriptor_end(text, end) };
    }
}

/// The end of a descriptor list: a comma that is not in parentheses.
fn descriptor_end(text: &[u8], start: usize) -> usize {
    let mut is_inside = false;
    let ends = |byte: &u8| {
        match byte {
            b'(' => is_inside = true,
            b')' => is_inside = false,
            b',' if !is_inside => return true,
            _ => {}
        }
        false
    };
    position(text, start, ends).map_or(text.len(), |comma| comma + 1)
}

fn position(text: &[u8], start: usize, matches: impl FnMut(&u8) -> bool) -> Option<usize> {
    Some(start + text.get(start..)?.iter().position(matches)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn urls(text: &str) -> Vec<(&str, usize)> {
        let mut found = Vec::new();
        srcset(text.as_bytes(), |url, at| found.push((std::str::from_utf8(url).unwrap(), at)));
        found
    }

    #[test]
    fn candidates_are_told_apart() {
        assert_eq!(urls("a.png 1x, b.png 2x"), [("a.png", 0), ("b.png", 10)]);
        assert_eq!(urls("a.png, b.png"), [("a.png", 0), ("b.png", 7)]);
        assert_eq!(urls(" \n a.png 100w,\n b.png 200w ,"), [("a.png", 3), ("b.png", 16)]);
        assert_eq!(urls(""), []);
        assert_eq!(urls(" , ,"), []);
    }

    #[test]
    fn commas_inside_urls_and_descriptors_stay() {
        assert_eq!(urls("/w=1,h=2/a.png 1x, b"), [("/w=1,h=2/a.png", 0), ("b", 19)]);
        assert_eq!(urls("data:image/png;base64,xx 1x, b 2x"), [("data:image/png;base64,xx", 0), ("b", 29)]);
        assert_eq!(urls("a f(1,2), b"), [("a", 0), ("b", 10)]);
    }
}
