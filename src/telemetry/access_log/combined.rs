//! Records in the combined log format of the Apache web server:
//! `client - - [time] "request line" status bytes "referer" "user agent"`. What is missing is `-`.

use std::fmt::Write;

use super::ExchangeRecord;
use super::record::shortened;
use crate::telemetry::{clock, escape};

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Appends one line. Writing to a string cannot fail, so results of `write!` are ignored.
pub(super) fn write(out: &mut String, record: &ExchangeRecord<'_>) {
    match record.client {
        Some(client) => drop(write!(out, "{client}")),
        None => out.push('-'),
    }
    out.push_str(" - - ");
    write_time(out, record);
    out.push_str(" \"");
    write_request_line(out, record);
    out.push_str("\" ");
    match record.status {
        Some(status) => drop(write!(out, "{status:03}")),
        None => out.push('-'),
    }
    let _ = write!(out, " {} ", record.bytes_out);
    write_quoted(out, record.referer);
    out.push(' ');
    write_quoted(out, record.user_agent);
    out.push('\n');
}

/// `[22/Nov/2026:10:20:30 +0000]`
fn write_time(out: &mut String, record: &ExchangeRecord<'_>) {
    let t = clock::civil(record.time);
    let month = usize::try_from(t.month()).ok().and_then(|month| MONTHS.get(month.checked_sub(1)?));
    let _ = write!(
        out,
        "[{:02}/{}/{:04}:{:02}:{:02}:{:02} +0000]",
        t.day(),
        month.unwrap_or(&"-"),
        t.year(),
        t.hour(),
        t.minute(),
        t.second()
    );
}

fn write_request_line(out: &mut String, record: &ExchangeRecord<'_>) {
    if record.method.is_none() && record.path.is_none() {
        out.push('-');
        return;
    }
    escape::quoted(out, shortened(record.method.unwrap_or(b"-")));
    out.push(' ');
    escape::quoted(out, shortened(record.path.unwrap_or(b"-")));
    if let Some(query) = record.query {
        out.push('?');
        escape::quoted(out, shortened(query));
    }
    if let Some(protocol) = record.protocol {
        out.push(' ');
        escape::quoted(out, protocol.as_bytes());
    }
}

fn write_quoted(out: &mut String, value: Option<&[u8]>) {
    out.push('"');
    escape::quoted(out, shortened(value.unwrap_or(b"-")));
    out.push('"');
}
