//! The time of day and the date, in UTC.

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

/// A moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment {
    seconds: u64,
    nanos: u32,
}

impl Moment {
    pub(crate) fn now() -> Moment {
        // A clock before 1970 is told as 1970.
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Moment { seconds: since.as_secs(), nanos: since.subsec_nanos() }
    }

    fn of_day(self) -> (u64, u64, u64) {
        let second = self.seconds % 86_400;
        (second / 3600, second / 60 % 60, second % 60)
    }
}

/// `14:03:22`
impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (hour, minute, second) = self.of_day();
        write!(f, "{hour:02}:{minute:02}:{second:02}")
    }
}

/// `2026-11-22T14:03:22.123Z` (RFC 3339)
#[derive(Debug, Clone, Copy)]
pub(crate) struct Dated(pub(crate) Moment);

impl fmt::Display for Dated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = date(self.0.seconds / 86_400);
        write!(f, "{year:04}-{month:02}-{day:02}T{}.{:03}Z", self.0, self.0.nanos / 1_000_000)
    }
}

/// Year, month and day of a day since 1970-01-01. The calendar repeats every 400 years (146,097 days); years are counted from March,
/// so that the odd day comes last.
fn date(day: u64) -> (u64, u64, u64) {
    let day = day + 719_468;
    let (era, day) = (day / 146_097, day % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (era * 400 + year + next, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_calendar() {
        for (day, expected) in [
            (0, (1970, 1, 1)),
            (58, (1970, 2, 28)),
            (59, (1970, 3, 1)),
            (11_016, (2000, 2, 29)),
            (11_017, (2000, 3, 1)),
            (20_779, (2026, 11, 22)),
            (47_540, (2100, 2, 28)),
            (47_541, (2100, 3, 1)),
        ] {
            assert_eq!(date(day), expected, "{day}");
        }
        let moment = Moment { seconds: 20_779 * 86_400 + 3723, nanos: 7_000_001 };
        assert_eq!(Dated(moment).to_string(), "2026-11-22T01:02:03.007Z");
    }
}
