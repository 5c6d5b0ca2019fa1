//! Numbers as people read them.

/// A ratio with as many digits as mean something.
pub(crate) fn ratio(value: f64) -> String {
    match value {
        1000.0.. => grouped(value.round() as u64),
        20.0.. => format!("{value:.0}"),
        2.0.. => format!("{value:.1}"),
        ..0.01 => "below 0.01".to_owned(),
        _ => format!("{value:.2}"),
    }
}

/// A share, in percent.
pub(crate) fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

/// Nanoseconds.
pub(crate) fn nanoseconds(value: f64) -> String {
    if value < 10.0 { format!("{value:.1}") } else { grouped(value.round() as u64) }
}

/// A time in the unit that fits.
pub(crate) fn seconds(value: f64) -> String {
    match value {
        10.0.. => format!("{value:.1} s"),
        0.9995.. => format!("{value:.2} s"),
        0.01.. => format!("{:.0} ms", value * 1e3),
        0.001.. => format!("{:.1} ms", value * 1e3),
        _ => format!("{:.0} µs", value * 1e6),
    }
}

/// Bytes in MiB.
pub(crate) fn mebibytes(value: u64) -> String {
    match value as f64 / 1024.0 / 1024.0 {
        mib @ 10.0.. => format!("{} MiB", grouped(mib.round() as u64)),
        mib => format!("{mib:.1} MiB"),
    }
}

/// With commas.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number of pages or files, in words for charts and heads.
pub(crate) fn count(number: usize) -> String {
    grouped(number as u64)
}

/// So many pages.
pub(crate) fn pages(number: usize) -> String {
    format!("{} pages", count(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!([0.987, 3.44, 25.2, 43320.0].map(ratio), ["0.99", "3.4", "25", "43,320"]);
        assert_eq!([0.00002, 0.0042, 0.25, 7.4].map(seconds), ["20 µs", "4.2 ms", "250 ms", "7.40 s"]);
    }
}
