//! Records as JSON: one object a line. What is missing is left out.

use std::time::Duration;

use sinew_core::digits::{push_address, push_number, push_padded};

use super::ExchangeRecord;
use super::record::shortened;
use crate::telemetry::{clock, escape};

/// A name of ours, which needs no escapes, as it stands between two values.
macro_rules! key {
    ($name:literal) => {
        concat!(",\"", $name, "\":")
    };
}

/// Appends one line.
pub(super) fn write(out: &mut String, record: &ExchangeRecord<'_>) {
    let mut object = Object::begin(out);
    object.time(key!("ts"), record);
    object.trusted(key!("listener"), record.listener);
    if let Some(client) = record.client {
        object.key(key!("client"));
        object.out.push('"');
        push_address(object.out, client);
        object.out.push('"');
    }
    object.number(key!("client_port"), record.client_port);
    object.word(key!("protocol"), record.protocol);
    if let Some(tls) = &record.tls {
        object.key(key!("tls"));
        let mut inner = Object::begin(object.out);
        inner.word(key!("version"), Some(tls.version));
        inner.wire(key!("sni"), tls.server_name);
        inner.end();
    }
    object.wire(key!("method"), record.method);
    object.wire(key!("host"), record.host);
    object.wire(key!("path"), record.path);
    object.wire(key!("query"), record.query);
    object.number(key!("status"), record.status);
    object.word(key!("termination"), Some(&record.termination.as_text()));
    object.word(key!("kind"), record.kind.map(|kind| kind.as_str()));
    object.trusted(key!("service"), record.service);
    object.trusted(key!("endpoint"), record.endpoint);
    object.trusted(key!("member"), record.member);
    object.number(key!("attempts"), Some(record.attempts));
    object.number(key!("bytes_in"), Some(record.bytes_in));
    object.number(key!("bytes_out"), Some(record.bytes_out));
    object.key(key!("t"));
    let mut inner = Object::begin(object.out);
    inner.milliseconds(key!("mediate"), record.times.mediate);
    inner.milliseconds(key!("connect"), record.times.connect);
    inner.milliseconds(key!("first_byte"), record.times.first_byte);
    inner.milliseconds(key!("total"), record.times.total);
    inner.end();
    object.wire(key!("request_id"), record.request_id);
    object.wire(key!("user_agent"), record.user_agent);
    object.wire(key!("referer"), record.referer);
    object.end();
    out.push('\n');
}

/// An object that is being written.
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

    /// Writes what [`key!`] makes of a name; the first has no comma before it.
    fn key(&mut self, key: &'static str) {
        let comma = usize::from(self.empty);
        self.empty = false;
        self.out.push_str(key.get(comma..).unwrap_or(key));
    }

    fn time(&mut self, key: &'static str, record: &ExchangeRecord<'_>) {
        self.key(key);
        self.out.push('"');
        clock::write_rfc3339(self.out, record.time);
        self.out.push('"');
    }

    fn number(&mut self, key: &'static str, value: Option<impl Into<u64>>) {
        if let Some(value) = value {
            self.key(key);
            push_number(self.out, value.into());
        }
    }

    /// One of our own words, which need no escapes.
    fn word(&mut self, key: &'static str, value: Option<&str>) {
        if let Some(value) = value {
            self.key(key);
            self.out.push('"');
            self.out.push_str(value);
            self.out.push('"');
        }
    }

    /// Text of ours. Names come from the configuration, where they may hold anything too.
    fn trusted(&mut self, key: &'static str, value: Option<&str>) {
        if let Some(value) = value {
            self.key(key);
            self.out.push('"');
            escape::json_text(self.out, value);
            self.out.push('"');
        }
    }

    /// Bytes from the wire.
    fn wire(&mut self, key: &'static str, value: Option<&[u8]>) {
        if let Some(value) = value {
            self.key(key);
            self.out.push('"');
            escape::json(self.out, shortened(value));
            self.out.push('"');
        }
    }

    /// Milliseconds with microseconds as fraction.
    fn milliseconds(&mut self, key: &'static str, value: Option<Duration>) {
        if let Some(value) = value {
            self.key(key);
            let microseconds = u64::try_from(value.as_micros()).unwrap_or(u64::MAX);
            push_number(self.out, microseconds / 1000);
            self.out.push('.');
            push_padded(self.out, microseconds % 1000, 3);
        }
    }
}
