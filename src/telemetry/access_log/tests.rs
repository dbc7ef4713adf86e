//! Tests of the access log.

use std::io::{self, Write};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, UNIX_EPOCH};

use proptest::prelude::*;

use super::*;
use crate::settings::{AccessLogFormat, Settings};
use crate::telemetry::metrics::{RefusalReason, ServiceKind};

/// Long enough for a machine under load; nothing waits so long unless it fails.
const PATIENCE: Duration = Duration::from_secs(20);

/// An exchange of which everything is known. The time is 2026-11-22T10:20:30.123Z.
fn complete() -> ExchangeRecord<'static> {
    ExchangeRecord {
        time: UNIX_EPOCH + Duration::from_millis(1_795_342_830_123),
        termination: Termination::Ok,
        listener: Some("https"),
        client: Some([192, 0, 2, 7].into()),
        client_port: Some(40_000),
        protocol: Some("HTTP/1.1"),
        tls: Some(TlsRecord { version: "TLSv1.3", server_name: Some(b"shop.example") }),
        method: Some(b"GET"),
        host: Some(b"shop.example:8243"),
        path: Some(b"/orders/7"),
        query: Some(b"full=true"),
        status: Some(200),
        kind: Some(ServiceKind::Api),
        service: Some("Orders"),
        endpoint: Some("stock"),
        member: Some("10.0.0.5:9000"),
        attempts: 2,
        bytes_in: 0,
        bytes_out: 5120,
        times: Times {
            mediate: Some(Duration::from_micros(120)),
            connect: Some(Duration::from_micros(1_500)),
            first_byte: Some(Duration::from_millis(12)),
            total: Some(Duration::from_micros(13_007)),
        },
        request_id: Some(b"0b1f"),
        user_agent: Some(b"curl/8.5.0"),
        referer: Some(b"https://shop.example/"),
    }
}

/// A connection that ended before anything was known.
fn nothing() -> ExchangeRecord<'static> {
    ExchangeRecord::new(UNIX_EPOCH, Termination::Refused(RefusalReason::Malformed))
}

/// Everything that comes from the wire, at its worst.
fn hostile() -> ExchangeRecord<'static> {
    let worst: &[u8] = b"\"}\r\n{\"a\\\0\x1b[31m\x7f\xff\xc2\x85\xe2\x80\xae\xe2\x80\xa8 <\xc3\xa9>";
    ExchangeRecord {
        tls: Some(TlsRecord { version: "TLSv1.3", server_name: Some(worst) }),
        method: Some(worst),
        host: Some(worst),
        path: Some(worst),
        query: Some(worst),
        request_id: Some(worst),
        user_agent: Some(worst),
        referer: Some(worst),
        ..complete()
    }
}

fn line(format: AccessLogFormat, record: &ExchangeRecord<'_>) -> String {
    let mut out = String::new();
    match format {
        AccessLogFormat::Json => super::json::write(&mut out, record),
        AccessLogFormat::Combined => super::combined::write(&mut out, record),
    }
    out
}

// === formats ===

/// hardening.md §2, row 30: every field absent or hostile.
#[test]
fn json_lines() {
    let lines: String =
        [complete(), nothing(), hostile()].iter().map(|r| line(AccessLogFormat::Json, r)).collect();
    insta::assert_snapshot!(lines);
}

#[test]
fn combined_lines() {
    let lines: String =
        [complete(), nothing(), hostile()].iter().map(|r| line(AccessLogFormat::Combined, r)).collect();
    insta::assert_snapshot!(lines);
}

#[test]
fn each_field_may_be_missing_alone() {
    let removals: [fn(&mut ExchangeRecord<'static>); 18] = [
        |r| r.listener = None,
        |r| r.client = None,
        |r| r.client_port = None,
        |r| r.protocol = None,
        |r| r.tls = None,
        |r| r.tls = Some(TlsRecord { version: "TLSv1.2", server_name: None }),
        |r| r.method = None,
        |r| r.host = None,
        |r| r.path = None,
        |r| r.query = None,
        |r| r.status = None,
        |r| r.kind = None,
        |r| r.service = None,
        |r| r.endpoint = None,
        |r| r.member = None,
        |r| r.times = Times::default(),
        |r| r.request_id = None,
        |r| (r.user_agent, r.referer) = (None, None),
    ];
    for remove in removals {
        let mut record = complete();
        remove(&mut record);
        let json = line(AccessLogFormat::Json, &record);
        let value: serde_json::Value = serde_json::from_str(&json).expect("a line is JSON");
        assert_eq!(value["termination"], "ok");
        assert_ne!(json, line(AccessLogFormat::Json, &complete()));
        assert_eq!(combined_fields(&line(AccessLogFormat::Combined, &record)), 9);
    }
}

/// Host, identity, user, time, request line, status, bytes, referer, user agent.
fn combined_fields(line: &str) -> usize {
    let line = line.strip_suffix('\n').expect("a line has an end");
    let (mut fields, mut enclosed, mut escaped) = (1, false, false);
    for letter in line.chars() {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => enclosed = !enclosed,
            '[' | ']' if !enclosed || fields == 4 => enclosed = letter == '[',
            ' ' if !enclosed => fields += 1,
            _ => {}
        }
    }
    fields
}

#[test]
fn every_way_to_end_has_a_word() {
    let rows = [
        (Termination::Ok, "ok"),
        (Termination::ClientClosed, "client_closed"),
        (Termination::MemberClosed, "member_closed"),
        (Termination::Timeout(TimeoutPhase::Connect), "timeout:connect"),
        (Termination::Refused(RefusalReason::TooLarge), "refused:too_large"),
    ];
    for (termination, word) in rows {
        assert_eq!(termination.as_text(), word);
    }
}

#[test]
fn long_text_is_cut() {
    let agent = vec![b'a'; 100_000];
    let record = ExchangeRecord { user_agent: Some(&agent), ..complete() };
    let value: serde_json::Value =
        serde_json::from_str(&line(AccessLogFormat::Json, &record)).expect("a line is JSON");
    assert_eq!(value["user_agent"].as_str().map(str::len), Some(8192));
}

proptest! {
    /// Whatever a client sends, a record is one line, in JSON and without control characters, and its fields are
    /// where they belong.
    #[test]
    fn any_bytes_make_one_line(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
        let wire = Some(bytes.as_slice());
        let record = ExchangeRecord {
            tls: Some(TlsRecord { version: "TLSv1.3", server_name: wire }),
            method: wire, host: wire, path: wire, query: wire, request_id: wire, user_agent: wire, referer: wire,
            ..complete()
        };
        let json = line(AccessLogFormat::Json, &record);
        let combined = line(AccessLogFormat::Combined, &record);
        for text in [&json, &combined] {
            prop_assert_eq!(text.chars().filter(|letter| letter.is_control()).count(), 1);
            prop_assert!(text.ends_with('\n'));
        }
        prop_assert!(combined.is_ascii());
        prop_assert_eq!(combined_fields(&combined), 9);
        let value: serde_json::Value = serde_json::from_str(&json).expect("a line is JSON");
        let expected = String::from_utf8_lossy(&bytes);
        prop_assert_eq!(value["path"].as_str(), Some(&*expected));
        prop_assert_eq!(&value["status"], 200);
        prop_assert_eq!(value["bytes_out"].as_u64(), Some(5120));
    }
}

// === writing ===

/// What was written, and how often the destination was opened.
#[derive(Clone, Default)]
struct Memory {
    text: Arc<Mutex<Vec<u8>>>,
    opened: Arc<Mutex<usize>>,
}

impl Memory {
    fn destination(&self) -> OpenDestination {
        let memory = self.clone();
        Box::new(move || {
            *memory.opened.lock().expect("nobody panicked") += 1;
            Ok(Box::new(memory.clone()))
        })
    }

    fn lines(&self) -> Vec<serde_json::Value> {
        let text = self.text.lock().expect("nobody panicked").clone();
        let text = String::from_utf8(text).expect("the log is UTF-8");
        text.lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect()
    }
}

impl Write for Memory {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.text.lock().expect("nobody panicked").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A destination that takes nothing until it may.
struct Slow {
    begun: Sender<()>,
    may_go_on: Arc<Mutex<Receiver<()>>>,
}

impl Write for Slow {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let _ = self.begun.send(());
        let _ = self.may_go_on.lock().expect("nobody panicked").recv();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct Failing;

impl Write for Failing {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::StorageFull.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn eventually(condition: impl Fn() -> bool) {
    let deadline = std::time::Instant::now() + PATIENCE;
    while !condition() {
        assert!(std::time::Instant::now() < deadline, "this did not happen in time");
        std::thread::yield_now();
    }
}

#[test]
fn records_of_all_threads_arrive_in_their_order() {
    let memory = Memory::default();
    let (log, thread) =
        AccessLog::start(AccessLogFormat::Json, memory.destination(), 3).expect("the log starts");
    std::thread::scope(|scope| {
        for worker in 0..5_u16 {
            let log = log.clone();
            scope.spawn(move || {
                for number in 0..200 {
                    log.write(|| ExchangeRecord {
                        client_port: Some(worker),
                        attempts: number,
                        ..complete()
                    });
                }
            });
        }
    });
    assert!(thread.finish(PATIENCE));
    let lines = memory.lines();
    for worker in 0..5 {
        let numbers: Vec<_> = lines
            .iter()
            .filter(|line| line["client_port"] == worker)
            .filter_map(|line| line["attempts"].as_u64())
            .collect();
        assert!(numbers.iter().copied().eq(0..200), "{numbers:?}");
    }
    assert_eq!(log.dropped(), 0);
}

#[test]
fn a_record_is_written_while_nobody_asks_for_it() {
    let memory = Memory::default();
    let (log, _thread) =
        AccessLog::start(AccessLogFormat::Json, memory.destination(), 1).expect("the log starts");
    for number in 1..=3 {
        log.write(complete);
        eventually(|| memory.lines().len() == number);
    }
}

/// The worker goes on, the records are counted, and the log works again afterwards.
#[test]
fn a_slow_destination_holds_nobody_up() {
    let (begun, has_begun) = channel();
    let (go_on, may_go_on) = channel();
    let may_go_on = Arc::new(Mutex::new(may_go_on));
    let destination: OpenDestination =
        Box::new(move || Ok(Box::new(Slow { begun: begun.clone(), may_go_on: Arc::clone(&may_go_on) })));
    let (log, thread) = AccessLog::start(AccessLogFormat::Json, destination, 1).expect("the log starts");
    log.write(complete);
    has_begun.recv_timeout(PATIENCE).expect("the first record is being written");
    let agent = vec![b'a'; 8192];
    // More than a buffer of 1 MiB holds: 128 of 8 KiB each and their other fields fill it.
    for _ in 0..200 {
        log.write(|| ExchangeRecord { user_agent: Some(&agent), ..complete() });
    }
    let dropped = log.dropped();
    assert!((72..100).contains(&dropped), "{dropped} dropped");
    assert!(!thread.finish(Duration::ZERO), "the destination still takes nothing");
    drop(go_on);
}

#[test]
fn records_that_cannot_be_written_are_counted() {
    let destination: OpenDestination = Box::new(|| Ok(Box::new(Failing)));
    let (log, thread) = AccessLog::start(AccessLogFormat::Json, destination, 1).expect("the log starts");
    log.write(complete);
    log.write(complete);
    assert!(thread.finish(PATIENCE));
    assert_eq!(log.dropped(), 2);
    log.write(complete);
    assert_eq!(log.dropped(), 3, "after the end nothing is written");
}

#[test]
fn the_destination_is_opened_again_when_asked() {
    let memory = Memory::default();
    let (log, _thread) =
        AccessLog::start(AccessLogFormat::Json, memory.destination(), 1).expect("the log starts");
    log.reopen();
    eventually(|| *memory.opened.lock().expect("nobody panicked") == 2);
    log.write(complete);
    eventually(|| memory.lines().len() == 1);
}

#[test]
fn dropping_the_thread_writes_what_is_left() {
    let memory = Memory::default();
    let (log, thread) =
        AccessLog::start(AccessLogFormat::Json, memory.destination(), 1).expect("the log starts");
    log.write(complete);
    drop(thread);
    assert_eq!(memory.lines().len(), 1);
}

#[test]
fn a_log_that_is_off_makes_no_records() {
    let log = AccessLog::off();
    log.write(|| unreachable!("nobody reads this record"));
    assert!(!log.is_on());
    assert_eq!(log.dropped(), 0);
}

#[test]
fn the_settings_choose_the_destination() {
    let mut settings = Settings::default().logs.access;
    let (log, thread) = AccessLog::open(&settings, 1).expect("no log");
    assert!(!log.is_on() && thread.is_none());
    let directory = tempfile::tempdir().expect("a temporary directory");
    let path = directory.path().join("access.log");
    settings.enabled = true;
    settings.format = AccessLogFormat::Combined;
    settings.path = crate::settings::LogDestination::File(path.clone());
    for _ in 0..2 {
        let (log, thread) = AccessLog::open(&settings, 1).expect("the file is made");
        log.write(complete);
        assert!(thread.expect("a thread").finish(PATIENCE));
    }
    let text = std::fs::read_to_string(&path).expect("the file is there");
    assert_eq!(text, line(AccessLogFormat::Combined, &complete()).repeat(2));
    settings.path = crate::settings::LogDestination::File(directory.path().join("missing/access.log"));
    assert!(AccessLog::open(&settings, 1).is_err());
}
