//! Measuring one work: everybody who does it, in turns, so that what disturbs one disturbs all.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use rustls::ClientConfig;

use crate::load::{Load, Pace, Request, Traffic};
use crate::peers::{Peer, add_service};
use crate::plan::{Measure, REST, Row, SETTLED, Work};
use crate::process::Process;
use crate::setup::{Certificate, Setup};
use crate::statistics::percentile;

/// How long, and how often.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Effort {
    /// Turns of everybody.
    pub(crate) rounds: usize,
    /// The time of each.
    pub(crate) time: Duration,
}

/// What clients need to trust proxies, and proxies to be trusted.
pub(crate) struct Trust {
    pub(crate) certificate: Certificate,
    pub(crate) client: Arc<ClientConfig>,
}

/// What one turn gave.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sample {
    /// The figure that counts, in the unit of the measure.
    pub(crate) figure: f64,
    pub(crate) per_second: f64,
    pub(crate) median: f64,
    pub(crate) percentile_99: f64,
    /// The memory of the process, in KiB.
    pub(crate) memory: u64,
    pub(crate) errors: u64,
}

/// A proxy that serves.
struct Serving {
    process: Process,
    folder: PathBuf,
    address: SocketAddr,
    traffic: Traffic,
}

/// How long a proxy may take to start.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long clients work before it counts.
const WARMING: Duration = Duration::from_millis(300);

/// Measures; for each row the samples of all rounds.
///
/// # Errors
/// Sockets or files cannot be had. What goes wrong with one proxy is said in its row.
pub(crate) fn measure(
    work: &Work,
    peers: &[&Peer],
    effort: Effort,
    trust: &Trust,
    folder: &Path,
) -> Result<Vec<Result<Vec<Sample>>>> {
    let mut load = Load::new(work.members, Some(trust.client.clone()))?;
    let fresh = matches!(work.measure, Measure::IdleMemory | Measure::ProcessMemory | Measure::Start);
    let mut places = Vec::new();
    for (number, row) in work.rows.iter().enumerate() {
        let peer = peers.iter().find(|peer| peer.name == row.peer).context("a proxy of the plan")?;
        let place = folder.join(format!("{}-{number}", work.name));
        places.push(Place { peer, row, folder: place, serving: None, samples: Ok(Vec::new()) });
    }
    for _ in 0..effort.rounds {
        for place in &mut places {
            let Ok(samples) = &mut place.samples else { continue };
            let taken = (|| {
                if place.serving.is_none() || fresh {
                    place.serving = None;
                    let started = Instant::now();
                    place.serving = Some(serve(place.peer, place.row, &place.folder, trust, &mut load)?);
                    if work.measure == Measure::Start {
                        let figure = started.elapsed().as_secs_f64() * 1e3;
                        return Ok(Sample { figure, ..Sample::default() });
                    }
                }
                let serving = place.serving.as_ref().context("a proxy that serves")?;
                sample(work.measure, serving, &mut load, effort.time)
            })();
            match taken {
                Ok(sample) => samples.push(sample),
                Err(error) => place.samples = Err(error),
            }
            if fresh {
                place.serving = None;
            }
        }
    }
    Ok(places.into_iter().map(|place| place.samples).collect())
}

/// A row while it is measured.
struct Place<'a> {
    peer: &'a Peer,
    row: &'a Row,
    folder: PathBuf,
    serving: Option<Serving>,
    samples: Result<Vec<Sample>>,
}

fn serve(peer: &Peer, row: &Row, folder: &Path, trust: &Trust, load: &mut Load) -> Result<Serving> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder)?;
    let address = free_address()?;
    let setup = Setup {
        listen: address,
        members: load.members(),
        kind: row.kind,
        certificate: row.traffic.tls.then(|| trust.certificate.clone()),
        folder: folder.to_owned(),
    };
    let mut process = Process::start(&mut peer.prepare(&setup)?, folder)?;
    let traffic = row.traffic.clone();
    let first = Traffic { connections: 1, pace: Pace::Once, ..traffic.clone() };
    let mut client = load.connect(address, first)?;
    let answered =
        load.run_until(&mut client, PATIENCE, |client| client.seen.answers > 0 || process.has_ended())?;
    let complaints = || fs::read_to_string(folder.join("stderr")).unwrap_or_default();
    let last = || complaints().trim().lines().next_back().unwrap_or_default().to_owned();
    ensure!(answered && client.seen.answers > 0, "{} does not answer: {}", row.label, last());
    Ok(Serving { process, folder: folder.to_owned(), address, traffic })
}

#[expect(clippy::disallowed_methods, reason = "nobody is served while memory is left alone")]
fn sample(measure: Measure, serving: &Serving, load: &mut Load, time: Duration) -> Result<Sample> {
    if measure == Measure::Change {
        return change(serving, load);
    }
    if measure == Measure::ProcessMemory {
        std::thread::sleep(SETTLED);
        let memory = serving.process.memory();
        return Ok(Sample { figure: memory as f64 / 1024.0, memory, ..Sample::default() });
    }
    let before = serving.process.memory();
    let mut clients = load.connect(serving.address, serving.traffic.clone())?;
    if measure == Measure::IdleMemory {
        let connections = serving.traffic.connections;
        let all = load.run_until(&mut clients, PATIENCE, |clients| clients.idle() == connections)?;
        ensure!(all, "only {} of {connections} connections were served", clients.idle());
        let seen = load.run(&mut clients, REST)?;
        let memory = serving.process.memory();
        let figure = memory.saturating_sub(before) as f64 / clients.count() as f64;
        return Ok(Sample { figure, memory, errors: seen.errors, ..Sample::default() });
    }
    load.run(&mut clients, WARMING)?;
    let used = serving.process.processor_time();
    let mut seen = load.run(&mut clients, time)?;
    let used = serving.process.processor_time() - used;
    // A long exchange may not end in that time, but its bytes count.
    let work = if measure == Measure::PerGigabyte { seen.bytes } else { seen.answers };
    ensure!(work > 0, "nothing came in {time:?}, {} errors", seen.errors);
    let each = used.as_secs_f64() / work as f64;
    let median = percentile(&mut seen.latencies, 0.5);
    let figure = match measure {
        Measure::PerGigabyte => each * 1e9 * 1e3,
        Measure::Latency => median,
        _ => each * 1e6,
    };
    Ok(Sample {
        figure,
        per_second: seen.answers as f64 / seen.elapsed.as_secs_f64(),
        median,
        percentile_99: percentile(&mut seen.latencies, 0.99),
        memory: serving.process.memory(),
        errors: seen.errors,
    })
}

/// Has one more service deployed, and asks for it until it answers.
#[expect(
    clippy::disallowed_methods,
    reason = "whoever deploys has the same core, and nobody else is served here"
)]
fn change(serving: &Serving, load: &mut Load) -> Result<Sample> {
    let member = *load.members().first().context("a member")?;
    let name = add_service(&serving.folder, member)?;
    let started = Instant::now();
    serving.process.signal("HUP")?;
    let request = Request::small(&format!("/services/{name}/catalogue/books/42?page=4"));
    let traffic = Traffic { connections: 1, pace: Pace::Once, tls: false, request };
    let mut client = load.connect(serving.address, traffic)?;
    let answered = load.run_until(&mut client, PATIENCE, |client| {
        std::thread::sleep(Duration::from_micros(200));
        client.seen.answers > 0
    })?;
    ensure!(answered, "the service was not deployed");
    let figure = started.elapsed().as_secs_f64() * 1e3;
    Ok(Sample { figure, memory: serving.process.memory(), ..Sample::default() })
}

/// An address that nobody listens at.
///
/// # Errors
/// There are no more sockets.
pub(crate) fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}
