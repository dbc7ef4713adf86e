//! Records in the combined log format of the Apache web server:
//! `client - - [time] "request line" status bytes "referer" "user agent"`. What is missing is `-`.

use sinew_core::digits::{push_address, push_number, push_padded};

use super::ExchangeRecord;
use super::record::shortened;
use crate::telemetry::{clock, escape};

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Appends one line.
pub(super) fn write(out: &mut String, record: &ExchangeRecord<'_>) {
    match record.client {
        Some(client) => push_address(out, client),
        None => out.push('-'),
    }
    out.push_str(" - - ");
    write_time(out, record);
    out.push_str(" \"");
    write_request_line(out, record);
    out.push_str("\" ");
    match record.status {
        Some(status) => push_padded(out, status.into(), 3),
        None => out.push('-'),
    }
    out.push(' ');
    push_number(out, record.bytes_out);
    out.push(' ');
    write_quoted(out, record.referer);
    out.push(' ');
    write_quoted(out, record.user_agent);
    out.push('\n');
}

/// `[22/Nov/2026:10:20:30 +0000]`
fn write_time(out: &mut String, record: &ExchangeRecord<'_>) {
    let t = clock::civil(record.time);
    let month = usize::try_from(t.month()).ok().and_then(|month| MONTHS.get(month.checked_sub(1)?));
    out.push('[');
    clock::push_part(out, t.day().into(), 2);
    out.extend(["/", month.unwrap_or(&"-"), "/"]);
    clock::push_part(out, t.year(), 4);
    for part in [t.hour(), t.minute(), t.second()] {
        out.push(':');
        clock::push_part(out, part.into(), 2);
    }
    out.push_str(" +0000]");
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
