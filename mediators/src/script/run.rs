//! Running a script on the message.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use http::{HeaderMap, Method, Uri};
use sinew_core::diagnostics::Location;
use sinew_core::expression::ValueSource;
use sinew_core::mediation::{Exchange, Fault, Flow, Mediate, Wait, WaitFuture};
use sinew_core::message::{Message, Payload, Received};

use super::engine::{self, ScriptFailure};
use super::message::Desk;
use super::program::{Program, Source};
use super::workers::{self, Ended};
use super::xml::Values;

/// Runs the script of the configuration.
pub(super) struct Inline {
    pub(super) program: Arc<Program>,
    pub(super) artifact: Arc<str>,
}

impl Mediate for Inline {
    fn mediate(&self, exchange: &mut Exchange) -> Result<Flow, Fault> {
        run(&self.program, &self.artifact, exchange)
    }
}

impl Wait for Inline {
    fn mediate<'a>(&'a self, exchange: &'a mut Exchange) -> WaitFuture<'a> {
        Box::pin(run_elsewhere(&self.program, &self.artifact, exchange))
    }
}

/// Runs a function of a script in a local entry.
pub(super) struct FromEntry {
    /// The keys of the included scripts, and of the script itself.
    keys: Vec<ValueSource>,
    function: Arc<str>,
    artifact: Arc<str>,
    loaded: RwLock<BTreeMap<Vec<String>, Loaded>>,
}

/// A program with the texts it was made from.
#[derive(Clone)]
struct Loaded {
    texts: Vec<String>,
    program: Arc<Program>,
}

impl FromEntry {
    pub(super) fn new(keys: Vec<ValueSource>, function: Arc<str>, artifact: Arc<str>) -> Self {
        Self { keys, function, artifact, loaded: RwLock::default() }
    }

    /// The program for this message. It is made again when an entry or a computed key has changed.
    fn program(&self, exchange: &Exchange) -> Result<Arc<Program>, Fault> {
        let keys = self.keys.iter().map(|key| {
            let key = key.string(exchange.scope())?;
            Ok(key.map(|key| key.trim().to_owned()).unwrap_or_default())
        });
        let keys = keys.collect::<Result<Vec<String>, Fault>>()?;
        let mut texts = Vec::new();
        for key in &keys {
            match exchange.environment.local_entry(key) {
                Some(text) => texts.push(text),
                None => return Err(Fault::mediation(format!("the script \"{key}\" cannot be found"))),
            }
        }
        let loaded = self.loaded.read().unwrap_or_else(PoisonError::into_inner).get(&keys).cloned();
        if let Some(loaded) = loaded.filter(|loaded| loaded.texts == texts) {
            return Ok(loaded.program);
        }
        let sources: Vec<_> = keys.iter().zip(&texts).map(|(key, text)| Source::entry(key, text)).collect();
        let program = Program::entries(&sources, &self.function)
            .map_err(|mistake| Fault::mediation(format!("the script is not valid JavaScript: {mistake}")))?;
        let program = Arc::new(program);
        let texts = texts.into_iter().map(|text| text.into_owned()).collect();
        let loaded = Loaded { texts, program: program.clone() };
        self.loaded.write().unwrap_or_else(PoisonError::into_inner).insert(keys, loaded);
        Ok(program)
    }
}

impl Wait for FromEntry {
    fn mediate<'a>(&'a self, exchange: &'a mut Exchange) -> WaitFuture<'a> {
        Box::pin(async move {
            let program = self.program(exchange)?;
            match program.is_brief {
                true => run(&program, &self.artifact, exchange),
                false => run_elsewhere(&program, &self.artifact, exchange).await,
            }
        })
    }
}

/// Runs a script where its message is.
fn run(program: &Arc<Program>, artifact: &Arc<str>, exchange: &mut Exchange) -> Result<Flow, Fault> {
    let desk = desk(program, artifact, exchange);
    finish(program, engine::run(program, desk), exchange)
}

/// Runs a script on the threads for scripts, and waits.
async fn run_elsewhere(
    program: &Arc<Program>,
    artifact: &Arc<str>,
    exchange: &mut Exchange,
) -> Result<Flow, Fault> {
    match workers::run(program, desk(program, artifact, exchange)) {
        Ok(ended) => match ended.await {
            Ok(ended) => finish(program, ended, exchange),
            Err(_) => Err(Fault::mediation("the script broke its engine, and the message is lost")),
        },
        Err(desk) => {
            exchange.message = desk.message;
            Err(Fault::mediation("too many scripts are waiting to run"))
        }
    }
}

/// The message with what a script needs besides.
fn desk(program: &Arc<Program>, artifact: &Arc<str>, exchange: &mut Exchange) -> Desk {
    Desk {
        message: std::mem::replace(&mut exchange.message, placeholder()),
        environment: exchange.environment.clone(),
        program: program.clone(),
        values: Values::default(),
        artifact: artifact.clone(),
        logged: Vec::new(),
        failure: None,
    }
}

/// The result `false` ends the flow, every other goes on (mediators.md case 199).
fn finish(program: &Program, (desk, result): Ended, exchange: &mut Exchange) -> Result<Flow, Fault> {
    exchange.message = desk.message;
    if let Some(observer) = &mut exchange.observer {
        desk.logged.iter().for_each(|(level, text)| observer.logged(level, text));
    }
    match result {
        Ok(true) => Ok(Flow::Continue),
        Ok(false) => Ok(Flow::Stop),
        Err(failure) => Err(fault(program, &failure)),
    }
}

/// What stands in the exchange while the script has its message.
fn placeholder() -> Message {
    Message::request(Received::new(Method::GET, Uri::default()), HeaderMap::new(), Payload::Empty)
}

/// A fault that names the line; the file is for `ERROR_DETAIL`, which clients do not see.
fn fault(program: &Program, failure: &ScriptFailure) -> Fault {
    let message = &failure.message;
    let place: Option<Location> = failure.place.and_then(|place| program.locate(place));
    match place {
        Some(place) => {
            let line = place.position().line;
            Fault::mediation(format!("the script failed in line {line}: {message}"))
                .detail(format!("{message} at {place}"))
        }
        None => Fault::mediation(format!("the script failed: {message}")),
    }
}
