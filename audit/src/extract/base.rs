//! The base that a page gives itself.

use memchr::memmem::find;

use super::html::{Buffers, Sink, html};
use super::tag::Tag;

/// The `<base>` of a page's head, if it has one: it counts for what stands before it too. One in the body, where it does not belong,
/// counts from there on.
pub(crate) fn early_base(bytes: &[u8], buffers: &mut Buffers) -> Option<Vec<u8>> {
    struct Find(Option<Vec<u8>>);
    impl Sink for Find {
        fn tag(&mut self, tag: &Tag<'_>) {
            if self.0.is_none() {
                self.0 = tag.base().map(<[u8]>::to_vec);
            }
        }
        fn style(&mut self, _: &[u8], _: u32) {}
        fn json_ld(&mut self, _: &[u8], _: u32) {}
    }
    let end = find(bytes, b"<body").or_else(|| find(bytes, b"<BODY")).unwrap_or(bytes.len());
    let head = bytes.get(..end).unwrap_or(bytes);
    let may_have = |word: &[u8]| find(head, word).is_some();
    if !may_have(b"<base") && !may_have(b"<BASE") {
        return None;
    }
    let mut find = Find(None);
    html(head, buffers, &mut find);
    find.0
}
