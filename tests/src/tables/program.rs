// Asks generated modules: a file of requests in, a file of replies out.

use trailmark::tables::{Answer, Site};

include!("replies.rs");
replies!(Site);

fn main() {
    let sites: Vec<&'static Site> = all_sites();
    let mut arguments = std::env::args_os().skip(1);
    let requests = std::fs::read(arguments.next().expect("a file of requests")).expect("requests can be read");
    let mut left = requests.as_slice();
    let mut replies = Vec::new();
    while !left.is_empty() {
        let site = sites[number(&mut left) as usize];
        let len = number(&mut left) as usize;
        let (record, rest) = left.split_at(len);
        left = rest;
        let reply = if record.is_empty() { listing(site) } else { reply(site, record) };
        put_number(&mut replies, reply.len() as u32);
        replies.extend_from_slice(&reply);
    }
    std::fs::write(arguments.next().expect("a file for replies"), replies).expect("replies can be written");
}
