//! One exchange while it is mediated: the message, where it goes, and who handles its faults.

use std::sync::Arc;

use http::HeaderValue;
use http::header::CONTENT_TYPE;
use smallvec::SmallVec;

use super::fault::{ErrorCode, FaultSource};
use super::reading::{Sender, collect};
use super::{Counting, Endpoint, Environment, Fault, Observer, Sequence, Step};
use crate::expression::{Scope, TemplateParameters};
use crate::message::formats::{self, Kind};
use crate::message::{Destination, Dialect, Direction, Message, Payload, Value};

/// A message on its way, with everything the way depends on.
pub struct Exchange {
    /// The message that mediators read and change.
    pub message: Message,
    /// What runs on a fault, innermost last.
    pub faults: SmallVec<[FaultHandler; 4]>,
    /// The parameters of the innermost template that is running.
    pub parameters: Option<TemplateParameters>,
    /// What was asked to be sent, in order.
    pub deliveries: SmallVec<[Delivery; 1]>,
    /// Set by `loopback`: the response flow runs next, with the message as it is.
    pub loops_back: bool,
    /// What the configuration offers by name.
    pub environment: Arc<dyn Environment>,
    /// Where `send` without an endpoint sends requests of this exchange, when that is not the environment's default:
    /// what reaches the main sequence of a balancer (elastic-load-balancer.md §2.1).
    pub balancer: Option<Arc<dyn Endpoint>>,
    /// Whether it counts as demand for a cluster that is scaled.
    pub counting: Counting,
    /// Sees each step, for transcripts.
    pub observer: Option<Box<dyn Observer>>,
    /// How many bytes of a payload may be collected for mediation.
    pub payload_limit: u64,
    /// How many endpoints that were found by a computed key are around the one that is sent to.
    pub resolved_endpoints: u8,
    pub(super) computed_depth: u8,
}

/// What runs on a fault.
#[derive(Clone, Debug)]
pub enum FaultHandler {
    /// The sequence with this key, looked up in the exchange's own configuration when the fault happens.
    Key(Arc<str>),
    /// A sequence written in place, as `faultSequence` of a proxy service.
    Inline(Arc<Sequence>),
}

/// A sequence that other artifacts name by key.
#[derive(Clone, Debug)]
pub enum SequenceReference {
    /// It was there when the configuration was compiled.
    Found(Arc<Sequence>),
    /// Nothing had this key; using it is a fault (configuration.md §2.6).
    Missing(Arc<str>),
}

/// Something that was asked to be sent.
#[derive(Debug)]
pub struct Delivery {
    /// Where to.
    pub to: Recipient,
    /// What, when mediation went on after `send` and could have changed the message; else the message as it is.
    pub message: Option<Box<Message>>,
    /// The parameters of the template in which it was asked, for the endpoint's expressions.
    pub parameters: Option<TemplateParameters>,
}

/// Where a delivery goes.
#[derive(Clone)]
pub enum Recipient {
    /// To an endpoint; the sequence named by `receive`, if any, runs on its answer.
    Endpoint {
        /// The endpoint.
        endpoint: Arc<dyn Endpoint>,
        /// The key of the sequence for the answer.
        receive: Option<Arc<str>>,
    },
    /// Back to the client.
    Client,
}

impl Exchange {
    /// A new exchange around a message.
    pub fn new(message: Message, environment: Arc<dyn Environment>) -> Self {
        Self {
            message,
            faults: SmallVec::new(),
            parameters: None,
            deliveries: SmallVec::new(),
            loops_back: false,
            environment,
            balancer: None,
            counting: Counting::Off,
            observer: None,
            payload_limit: DEFAULT_PAYLOAD_LIMIT,
            resolved_endpoints: 0,
            computed_depth: 0,
        }
    }

    /// What expressions of this exchange read.
    pub fn scope(&self) -> Scope<'_> {
        Scope {
            message: &self.message,
            surroundings: &*self.environment,
            parameters: self.parameters.as_ref(),
        }
    }

    /// Where `send` without an endpoint sends a request.
    pub fn default_endpoint(&self) -> Arc<dyn Endpoint> {
        match &self.balancer {
            Some(balancer) => balancer.clone(),
            None => self.environment.default_endpoint(),
        }
    }

    /// Asks for the message to be sent once the list is done; what later mediators change no longer matters to it.
    pub fn deliver(&mut self, to: Recipient) {
        self.settle_deliveries();
        self.deliveries.push(Delivery { to, message: None, parameters: self.parameters.clone() });
    }

    /// Splits off what was sent so far. Whoever changes the message does this before; for mediators the loop does.
    pub fn settle_deliveries(&mut self) {
        if let Some(last) = self.deliveries.last_mut()
            && last.message.is_none()
        {
            last.message = Some(Box::new(self.message.split_off()));
        }
    }

    /// How many times an endpoint was asked to send.
    pub(super) fn sent_to_endpoints(&self) -> usize {
        self.deliveries.iter().filter(|delivery| matches!(delivery.to, Recipient::Endpoint { .. })).count()
    }

    /// Reads a streaming payload to its end, undoes its content coding and decodes it by its content type.
    ///
    /// # Errors
    /// 601000 when it is not what its content type says or too large (mediators.md §2.2). When it was not sent to its
    /// end: 101000 for a client's, 101501 for that of an endpoint's answer, or 101504 when nothing came any more
    /// (http-transport.md §8.1). Whose payload it is decides whose fault it is. The payload is empty afterwards; text
    /// that could not be parsed is in axis2 property `RAW_PAYLOAD` (message-and-expressions.md §12.5, case 52).
    pub async fn read_payload(&mut self) -> Result<(), Fault> {
        let Payload::Stream(body) = std::mem::take(&mut self.message.payload) else {
            return Ok(());
        };
        let sender = Sender::of(&self.message);
        let bytes = collect(body, self.payload_limit, sender).await?;
        let message = &mut self.message;
        let plain = formats::decompress(bytes, &mut message.headers, self.payload_limit)
            .map_err(|error| sender.wrong(error.to_string()))?;
        match formats::read(plain.clone(), message) {
            Ok(payload) => {
                message.payload = payload;
                message.read_addressing();
            }
            Err(error) => {
                if let Ok(text) = std::str::from_utf8(&plain) {
                    message.axis2.set("RAW_PAYLOAD", text);
                }
                return Err(sender.wrong(error.to_string()));
            }
        }
        Ok(())
    }

    /// Puts the XML of an endpoint's answer into the envelope that the client speaks of, or takes it out of one that
    /// the client would not understand. For answers of endpoints that were asked in another format than the client's
    /// (message-and-expressions.md §1.1).
    ///
    /// # Errors
    /// As [`Exchange::read_payload`].
    pub async fn fit_answer(&mut self) -> Result<(), Fault> {
        let kind = self.message.media_type().map_or(Kind::Opaque, |media_type| Kind::of(&media_type));
        let is_soap = matches!(kind, Kind::Soap11 | Kind::Soap12);
        let client = self.message.client;
        if !is_soap && (kind != Kind::Xml || client == Dialect::Rest) {
            return Ok(());
        }
        self.read_payload().await?;
        let message = &mut self.message;
        let Payload::Xml(xml) = &message.payload else { return Ok(()) };
        let (fitted, content_type) = match client {
            Dialect::Soap(version) => (Some(xml.in_envelope(version)), version.media_type()),
            Dialect::Rest => (xml.without_envelope(), "application/xml"),
        };
        message.payload = fitted.map_or(Payload::Empty, Payload::Xml);
        message.headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        Ok(())
    }

    /// Writes a fault's properties as handlers expect them (configuration.md §9.2): a fault of mediation itself leaves
    /// an older `ERROR_CODE` alone (mediators.md case 34), one with a code of its own replaces it.
    pub fn record_fault(&mut self, fault: &Fault) {
        let properties = &mut self.message.properties;
        let unnamed = fault.source == FaultSource::Mediation && fault.code == ErrorCode::MEDIATION;
        if unnamed && properties.value("ERROR_CODE").is_some() {
            return;
        }
        let code = Value::Integer(i32::try_from(fault.code.0).unwrap_or(i32::MAX));
        let first_line = fault.message.lines().next().unwrap_or_default();
        let detail = fault.detail.as_deref().unwrap_or(&fault.message);
        properties.set("ERROR_CODE", code);
        properties.set("ERROR_MESSAGE", first_line);
        properties.set("ERROR_DETAIL", detail);
        properties.set("ERROR_EXCEPTION", fault.to_string());
        if fault.source == FaultSource::Endpoint {
            self.message.axis2.set("SENDING_FAULT", Value::Boolean(true));
        }
    }

    /// Clears the destination, as `respond`, `loopback` and `drop` do.
    pub fn clear_destination(&mut self) {
        self.message.addressing.to = Destination::Cleared;
    }

    /// Makes the message count as a response from now on, as `respond`, `loopback` and `makefault` do
    /// (mediators.md §2.10).
    pub fn mark_response(&mut self) {
        self.message.direction = Direction::Response;
    }

    #[inline]
    pub(super) fn before(&mut self, step: &Step) {
        if !self.deliveries.is_empty() && step.may_change() {
            self.settle_deliveries();
        }
        if let Some(observer) = &mut self.observer {
            observer.before(step, &self.message);
        }
    }

    #[inline]
    pub(super) fn after(&mut self, step: &Step, fault: Option<&Fault>) {
        if let Some(observer) = &mut self.observer {
            observer.after(step, &self.message, fault);
        }
    }
}

/// 16 MiB: enough for messages, too little to fill a machine.
pub const DEFAULT_PAYLOAD_LIMIT: u64 = 16 * 1024 * 1024;

impl std::fmt::Debug for Recipient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Recipient::Endpoint { endpoint, .. } => write!(f, "endpoint {}", endpoint.name()),
            Recipient::Client => f.write_str("client"),
        }
    }
}
