//! Instances that a service of the operator's launches: signed JSON calls (docs/providers.md).

mod signature;
mod wire;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use aws_lc_rs::hmac;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, USER_AGENT};
use http::{Method, Request, StatusCode, Uri};
use jiff::Timestamp;
use rustls::ClientConfig;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{AddressState, Answer, Iaas, IaasError, Instance, InstanceId, LaunchSpec, Owner, http as calls};
use crate::settings::WebhookProvider;
use crate::transport::tls::{ClientTlsSettings, Verify, client_config};

/// Asks a service.
#[derive(Debug)]
pub struct Webhook {
    url: Uri,
    key: hmac::Key,
    tls: Arc<ClientConfig>,
}

/// The header with the time of a call, in seconds since 1970.
const TIMESTAMP: &str = "sinew-timestamp";

/// The header with the signature of a call.
const SIGNATURE: &str = "sinew-signature";

/// The header that is the same for all attempts of one launch, and of no other.
const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// The largest answer, in bytes.
const LARGEST: usize = 8 * 1024 * 1024;

impl Webhook {
    /// Reads the secret and the certificates; nobody is asked anything.
    ///
    /// # Errors
    /// They cannot be read.
    pub fn open(settings: &WebhookProvider) -> Result<Self, IaasError> {
        // Loading has refused settings without address and secret.
        let (Some(url), Some(secret)) = (&settings.url, &settings.secret) else {
            return Err(IaasError::Refused("there is no address, or no secret".to_owned()));
        };
        let refused = |error: &dyn std::fmt::Display| IaasError::Refused(error.to_string());
        let secret = secret.resolve().map_err(|error| refused(&error))?;
        let tls = ClientTlsSettings { verify: Verify::Full, authorities: settings.ca_file.clone() };
        Ok(Self {
            url: url.uri().clone(),
            key: hmac::Key::new(hmac::HMAC_SHA256, secret.expose()),
            tls: client_config(&tls).map_err(|error| refused(&error))?,
        })
    }

    /// Makes a call; an answer must be of the form that is expected, and hold nothing else.
    async fn ask<T: DeserializeOwned>(
        &self,
        operation: &'static str,
        question: &impl Serialize,
        idempotency_key: Option<&str>,
    ) -> Result<T, IaasError> {
        let request = self.request(operation, question, idempotency_key)?;
        let answer = calls::call(&self.tls, request, LARGEST).await?;
        if answer.status() == StatusCode::OK {
            // A list in the order of the fields would do for an object.
            let is_object = answer.body().trim_ascii_start().starts_with(b"{");
            let read = serde_json::from_slice(answer.body()).map_err(|error| odd(&error));
            return if is_object { read } else { Err(odd(&"it is no object")) };
        }
        let said = serde_json::from_slice::<wire::Problem>(answer.body()).ok().map(|problem| problem.error);
        let status = answer.status().as_u16();
        let reason = said.map_or_else(
            || format!("the answer to {operation} has the status {status}"),
            |text| calls::readable(&text),
        );
        Err(match status {
            404 => IaasError::NotFound(reason),
            501 => IaasError::Unsupported("do this: its service says so"),
            _ => calls::failure(&answer, reason),
        })
    }

    fn request(
        &self,
        operation: &str,
        question: &impl Serialize,
        idempotency_key: Option<&str>,
    ) -> Result<Request<Bytes>, IaasError> {
        let refused = |error: &dyn std::fmt::Display| IaasError::Refused(format!("{operation}: {error}"));
        let body = serde_json::to_vec(question).map_err(|error| refused(&error))?;
        let timestamp = Timestamp::now().as_second().to_string();
        let path = format!("{}/{operation}", self.url.path().trim_end_matches('/'));
        let uri = Uri::builder()
            .scheme(self.url.scheme_str().unwrap_or("https"))
            .authority(self.url.authority().map(|authority| authority.as_str()).unwrap_or_default())
            .path_and_query(&path);
        let signature = signature::sign(&self.key, &timestamp, &path, &body);
        let mut request = Request::builder()
            .method(Method::POST)
            .uri(uri.build().map_err(|error| refused(&error))?)
            .header(CONTENT_TYPE, "application/json")
            .header(USER_AGENT, "sinew")
            .header(TIMESTAMP, timestamp)
            .header(SIGNATURE, signature);
        if let Some(key) = idempotency_key {
            request = request.header(IDEMPOTENCY_KEY, key);
        }
        request.body(body.into()).map_err(|error| refused(&error))
    }
}

/// An answer that is no answer: the same call later may bring a better one, and does no harm.
fn odd(what: &dyn std::fmt::Display) -> IaasError {
    IaasError::Transient(format!("the answer is odd: {what}"))
}

impl Iaas for Webhook {
    fn launch<'a>(&'a self, spec: &'a LaunchSpec) -> Answer<'a, Instance> {
        Box::pin(async move {
            let question = wire::Launch::new(spec);
            let answer: wire::OneInstance = self.ask("launch", &question, Some(spec.token.as_str())).await?;
            let instance = answer.instance.read().map_err(|problem| odd(&problem))?;
            match instance.purpose == spec.purpose && instance.token.as_ref() == Some(&spec.token) {
                true => Ok(instance),
                false => Err(odd(&"it is about another launch")),
            }
        })
    }

    fn terminate<'a>(&'a self, id: &'a InstanceId) -> Answer<'a, ()> {
        Box::pin(async move {
            let wire::Nothing {} = self.ask("terminate", &wire::Terminate { id }, None).await?;
            Ok(())
        })
    }

    fn list<'a>(&'a self, owner: &'a Owner) -> Answer<'a, Vec<Instance>> {
        Box::pin(async move {
            let answer: wire::Instances = self.ask("list", &wire::List { owner }, None).await?;
            let instances = answer.instances.into_iter().map(wire::WireInstance::read);
            instances.collect::<Result<_, _>>().map_err(|problem| odd(&problem))
        })
    }

    fn address<'a>(&'a self, ip: &'a str) -> Answer<'a, AddressState> {
        Box::pin(async move {
            let answer: wire::Address = self.ask("address", &wire::OfAddress { ip, id: None }, None).await?;
            answer.read().map_err(|problem| odd(&problem))
        })
    }

    fn associate<'a>(&'a self, ip: &'a str, id: &'a InstanceId) -> Answer<'a, ()> {
        Box::pin(async move {
            let wire::Nothing {} = self.ask("associate", &wire::OfAddress { ip, id: Some(id) }, None).await?;
            Ok(())
        })
    }

    fn release<'a>(&'a self, ip: &'a str) -> Answer<'a, ()> {
        Box::pin(async move {
            let wire::Nothing {} = self.ask("release", &wire::OfAddress { ip, id: None }, None).await?;
            Ok(())
        })
    }

    fn allocate<'a>(&'a self, owner: &'a Owner) -> Answer<'a, String> {
        Box::pin(async move {
            let answer: wire::Allocated = self.ask("allocate", &wire::List { owner }, None).await?;
            Ok(answer.ip.to_string())
        })
    }

    fn ensure_key_pair<'a>(&'a self, name: &'a str, public_key: &'a str) -> Answer<'a, ()> {
        Box::pin(async move {
            let wire::Nothing {} =
                self.ask("ensure_key_pair", &wire::KeyPair { name, public_key }, None).await?;
            Ok(())
        })
    }
}
