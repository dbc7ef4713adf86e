//! Records as JSON: one object a line. What is missing is left out.

use std::fmt::Write;
use std::time::Duration;

use super::ExchangeRecord;
use super::record::shortened;
use crate::telemetry::{clock, escape};

/// Appends one line.
pub(super) fn write(out: &mut String, record: &ExchangeRecord<'_>) {
    let mut object = Object::begin(out);
    object.time("ts", record);
    object.trusted("listener", record.listener);
    object.display("client", record.client.map(|address| format!("\"{address}\"")));
    object.display("client_port", record.client_port);
    object.trusted("protocol", record.protocol);
    if let Some(tls) = &record.tls {
        object.key("tls");
        let mut inner = Object::begin(object.out);
        inner.trusted("version", Some(tls.version));
        inner.wire("sni", tls.server_name);
        inner.end();
    }
    object.wire("method", record.method);
    object.wire("host", record.host);
    object.wire("path", record.path);
    object.wire("query", record.query);
    object.display("status", record.status);
    object.trusted("termination", Some(&record.termination.as_text()));
    object.trusted("kind", record.kind.map(|kind| kind.as_str()));
    object.trusted("service", record.service);
    object.trusted("endpoint", record.endpoint);
    object.trusted("member", record.member);
    object.display("attempts", Some(record.attempts));
    object.display("bytes_in", Some(record.bytes_in));
    object.display("bytes_out", Some(record.bytes_out));
    object.key("t");
    let mut inner = Object::begin(object.out);
    inner.milliseconds("mediate", record.times.mediate);
    inner.milliseconds("connect", record.times.connect);
    inner.milliseconds("first_byte", record.times.first_byte);
    inner.milliseconds("total", record.times.total);
    inner.end();
    object.wire("request_id", record.request_id);
    object.wire("user_agent", record.user_agent);
    object.wire("referer", record.referer);
    object.end();
    out.push('\n');
}

/// An object that is being written. Writing to a string cannot fail, so results of `write!` are ignored.
struct Object<'o> {
    out: &'o mut String,
    empty: bool,
}

impl<'o> Object<'o> {
    fn begin(out: &'o mut String) -> Object<'o> {
        out.push('{');
        Object { out, empty: true }
    }

    fn end(self) {
        self.out.push('}');
    }

    /// Writes a name of ours, which needs no escapes.
    fn key(&mut self, name: &str) {
        if !self.empty {
            self.out.push(',');
        }
        self.empty = false;
        self.out.extend(["\"", name, "\":"]);
    }

    fn time(&mut self, name: &str, record: &ExchangeRecord<'_>) {
        self.key(name);
        self.out.push('"');
        let _ = clock::write_rfc3339(self.out, record.time);
        self.out.push('"');
    }

    fn display(&mut self, name: &str, value: Option<impl std::fmt::Display>) {
        if let Some(value) = value {
            self.key(name);
            let _ = write!(self.out, "{value}");
        }
    }

    /// Text of ours. Names come from the configuration, where they may hold anything too.
    fn trusted(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.key(name);
            self.out.push('"');
            escape::json_text(self.out, value);
            self.out.push('"');
        }
    }

    /// Bytes from the wire.
    fn wire(&mut self, name: &str, value: Option<&[u8]>) {
        if let Some(value) = value {
            self.key(name);
            self.out.push('"');
            escape::json(self.out, shortened(value));
            self.out.push('"');
        }
    }

    /// Milliseconds with microseconds as fraction.
    fn milliseconds(&mut self, name: &str, value: Option<Duration>) {
        if let Some(value) = value {
            self.key(name);
            let _ = write!(self.out, "{}.{:03}", value.as_millis(), value.subsec_micros() % 1000);
        }
    }
}
