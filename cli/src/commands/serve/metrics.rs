//! Metrics as Prometheus reads them (text format 0.0.4).

use std::fmt::{Display, Write};

use trailmark_compiler::rules;
use trailmark_edge::server::{LATENCY_BOUNDS, ServerStats};
use trailmark_edge::{Edge, Sites};

/// Where the numbers come from.
pub(crate) struct Sources<'a> {
    pub(crate) edge: &'a Edge,
    pub(crate) stats: &'a ServerStats,
    pub(crate) sites: Option<&'a Sites>,
    pub(crate) log_dropped: u64,
    pub(crate) max_connections: usize,
}

/// The text, put together.
#[derive(Default)]
struct Text(String);

impl Text {
    /// A metric with its kind, what it is, and its samples: labels and value. Names and labels are ours, so nothing is escaped.
    fn metric<V: Display>(
        &mut self,
        name: &str,
        kind: &str,
        help: &str,
        samples: impl IntoIterator<Item = (String, V)>,
    ) {
        // Writing to a string does not fail.
        let _ = writeln!(self.0, "# HELP trailmark_{name} {help}\n# TYPE trailmark_{name} {kind}");
        for (labels, value) in samples {
            let _ = writeln!(self.0, "trailmark_{name}{labels} {value}");
        }
    }

    fn counter(&mut self, name: &str, help: &str, value: u64) {
        self.metric(name, "counter", help, [(String::new(), value)]);
    }

    fn gauge(&mut self, name: &str, help: &str, value: u64) {
        self.metric(name, "gauge", help, [(String::new(), value)]);
    }
}

fn label(name: &str, value: impl Display) -> String {
    format!("{{{name}=\"{value}\"}}")
}

/// What an answer is, by its status.
fn kind(status: u16) -> &'static str {
    match status {
        200..=299 => "content",
        304 => "not-modified",
        300..=399 => "redirect",
        404 => "not-found",
        400..=499 => "refused",
        501 => "worker",
        _ => "failed",
    }
}

/// All metrics.
pub(crate) fn text(sources: &Sources<'_>) -> String {
    let mut text = Text::default();
    let version = label("version", env!("CARGO_PKG_VERSION"));
    text.metric("build_info", "gauge", "The version that runs.", [(version, 1)]);
    answers(&mut text, sources.stats);
    connections(&mut text, sources);
    content(&mut text, sources);
    text.0
}

fn answers(text: &mut Text, stats: &ServerStats) {
    let by_status = stats.by_status.iter();
    let by_status = by_status
        .map(|(status, count)| (format!("{{status=\"{status}\",kind=\"{}\"}}", kind(*status)), *count));
    text.metric("responses_total", "counter", "Answers by status and kind.", by_status);
    let name = |rule: &Option<_>| match rule {
        Some(rule) => rules::rule(*rule).map_or("unknown", |rule| rule.name),
        None => "none",
    };
    let by_rule = stats.by_rule.iter().map(|(rule, count)| (label("rule", name(rule)), *count));
    let help = "Answers by rule; none where no manifest was asked, or the Worker script's stand-in answered.";
    text.metric("answers_total", "counter", help, by_rule);

    let mut sum = 0;
    let added = stats.latency.iter().map(|count| {
        sum += count;
        sum
    });
    let bounds = LATENCY_BOUNDS.iter().map(|micros| (*micros as f64 / 1e6).to_string());
    let buckets: Vec<_> = bounds.chain(["+Inf".to_owned()]).zip(added).collect();
    let help = "Time from the end of a request's head until its answer was handed to the connection.";
    let samples =
        buckets.iter().map(|(bound, count)| (format!("_bucket{}", label("le", bound)), count.to_string()));
    let seconds = (stats.latency_sum as f64 / 1e6).to_string();
    let ends = [("_sum".to_owned(), seconds), ("_count".to_owned(), sum.to_string())];
    text.metric("response_seconds", "histogram", help, samples.chain(ends));
    text.counter("response_body_bytes_total", "Bytes of bodies.", stats.sent);
    text.counter("responses_cut_off_total", "Answers that ended before their time.", stats.cut_off);
    text.counter("malformed_requests_total", "What was no request (400, 414, 431).", stats.malformed);
}

fn connections(text: &mut Text, sources: &Sources<'_>) {
    let stats = sources.stats;
    text.gauge("connections_open", "Connections now.", stats.open);
    text.gauge("connections_limit", "The most connections at once.", sources.max_connections as u64);
    text.counter("connections_accepted_total", "Connections accepted.", stats.accepted);
    let closed = [
        ("slow-head", stats.slow_heads),
        ("idle", stats.idle_closed),
        ("stalled", stats.stalled),
        ("room", stats.closed_for_room),
    ];
    let closed = closed.map(|(reason, count)| (label("reason", reason), count));
    text.metric("connections_closed_total", "counter", "Connections closed at a limit.", closed);
    text.counter(
        "accept_pauses_total",
        "How often new connections had to wait for room.",
        stats.accept_pauses,
    );
    text.counter("accept_errors_total", "How often the system gave no connection.", stats.accept_errors);
    text.counter(
        "log_lines_dropped_total",
        "Lines of the log that nobody read in time.",
        sources.log_dropped,
    );
}

fn content(text: &mut Text, sources: &Sources<'_>) {
    let counters = sources.edge.counters();
    text.counter(
        "bad_requests_total",
        "Requests whose target, host or scheme makes no sense.",
        counters.bad_requests.get(),
    );
    text.counter(
        "worker_requests_total",
        "Requests for the site's Worker script.",
        counters.to_fallback.get(),
    );
    let problems =
        [("mismatch", &counters.files_that_do_not_fit), ("unreadable", &counters.files_unreadable)];
    let problems = problems.map(|(kind, count)| (label("kind", kind), count.get()));
    text.metric(
        "file_problems_total",
        "counter",
        "Files not served: they do not fit, or can't be read.",
        problems,
    );
    text.counter("bodies_loaded_total", "Files read into memory.", counters.bodies_loaded.get());
    text.counter("files_checked_total", "Large files checked.", counters.files_checked.get());
    text.gauge("body_memory_bytes", "Memory of the bodies that are kept.", sources.edge.body_memory());
    text.gauge("body_memory_limit_bytes", "The most that they may take.", sources.edge.options().body_budget);
    let swaps = [("live", &counters.swaps), ("bad", &counters.failed_swaps)];
    let swaps = swaps.map(|(outcome, count)| (label("outcome", outcome), count.get()));
    text.metric("swaps_total", "counter", "New versions: live, or bad and not taken.", swaps);
    if let Some(sites) = sources.sites {
        text.gauge("sites_open", "Sites that are open.", sites.open_count() as u64);
        text.counter("sites_opened_total", "Sites opened.", counters.sites_opened.get());
        text.counter(
            "unknown_hosts_total",
            "Requests for a host without a site.",
            counters.unknown_hosts.get(),
        );
    }
}
