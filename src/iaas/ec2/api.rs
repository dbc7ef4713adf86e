//! Calls of the Query interface of EC2, version 2016-11-15: a form in a signed POST request, and XML back.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, USER_AGENT};
use http::{Method, Request, Response};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use rustls::ClientConfig;

use super::answer::Reply;
use super::credentials::Credentials;
use crate::iaas::{IaasError, http as calls};
use crate::settings::Ec2Provider;
use crate::transport::tls::{ClientTlsSettings, client_config};

/// The interface of one region.
#[derive(Debug)]
pub(super) struct Api {
    endpoint: Option<http::Uri>,
    credentials: Credentials,
    tls: Arc<ClientConfig>,
}

/// What a call says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Parameters(Vec<(String, String)>);

/// Why a call failed.
#[derive(Debug)]
pub(super) enum Failure {
    /// EC2 said so.
    Said {
        /// Which error, as EC2 names it.
        code: String,
        /// For people.
        message: String,
        /// The status of the answer.
        status: u16,
        /// How long it wants to be left alone.
        after: Option<Duration>,
    },
    /// It did not come to that.
    Other(IaasError),
}

/// The version of the interface.
const VERSION: &str = "2016-11-15";

/// The largest answer, in bytes.
pub(super) const LARGEST: usize = 32 * 1024 * 1024;

/// What stands for itself in a form that is signed (RFC 3986 §2.3).
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

impl Api {
    pub(super) fn new(settings: &Ec2Provider) -> Result<Self, IaasError> {
        let tls = client_config(&ClientTlsSettings::default());
        Ok(Self {
            endpoint: settings.endpoint_url.as_ref().map(|url| url.uri().clone()),
            credentials: Credentials::new(settings)?,
            tls: tls.map_err(|error| IaasError::Refused(error.to_string()))?,
        })
    }

    /// Makes a call.
    pub(super) async fn call(&self, action: &str, parameters: &Parameters) -> Result<Reply, IaasError> {
        self.try_call(action, parameters).await.map_err(Failure::into_error)
    }

    /// Makes a call whose errors the caller looks at.
    pub(super) async fn try_call(&self, action: &str, parameters: &Parameters) -> Result<Reply, Failure> {
        let request = self.request(action, parameters).await.map_err(Failure::Other)?;
        let answer = calls::call(&self.tls, request, LARGEST).await.map_err(Failure::Other)?;
        read(&answer, action)
    }

    async fn request(&self, action: &str, parameters: &Parameters) -> Result<Request<Bytes>, IaasError> {
        let region = self.credentials.region().await?;
        let uri = match &self.endpoint {
            Some(uri) => uri.to_string(),
            None => format!("https://ec2.{region}.{}/", suffix(&region)),
        };
        let body = parameters.form(action);
        let request = Request::builder()
            .method(Method::POST)
            .uri(&uri)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded; charset=utf-8")
            .header(USER_AGENT, "sinew")
            .body(Bytes::from(body));
        let mut request = request.map_err(|error| IaasError::Refused(format!("{uri}: {error}")))?;
        let identity = self.credentials.get().await?.into();
        let refused = |error: &dyn std::fmt::Display| IaasError::Refused(format!("cannot sign: {error}"));
        let signing = v4::SigningParams::builder()
            .identity(&identity)
            .region(&region)
            .name("ec2")
            .time(SystemTime::now())
            .settings(SigningSettings::default())
            .build()
            .map_err(|error| refused(&error))?;
        let headers =
            request.headers().iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
        let body = SignableBody::Bytes(request.body());
        let signable =
            SignableRequest::new("POST", uri.as_str(), headers, body).map_err(|error| refused(&error))?;
        let (instructions, _) =
            sign(signable, &signing.into()).map_err(|error| refused(&error))?.into_parts();
        instructions.apply_to_request_http1x(&mut request);
        Ok(request)
    }
}

/// The domain that the services of a region are in.
fn suffix(region: &str) -> &'static str {
    if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" }
}

/// An answer that is no answer: the same call later may bring a better one, and does no harm.
pub(super) fn nonsense(what: impl std::fmt::Display) -> IaasError {
    IaasError::Transient(format!("the answer of EC2 is odd: {what}"))
}

fn read(answer: &Response<Bytes>, action: &str) -> Result<Reply, Failure> {
    let reply = Reply::parse(answer.body());
    if answer.status().is_success() {
        let expected = format!("{action}Response");
        return match reply {
            Some(reply) if reply.root().name() == expected => Ok(reply),
            _ => Err(Failure::Other(nonsense(format!("it is no {expected}")))),
        };
    }
    let said = reply.as_ref().and_then(|reply| {
        let error = reply.root().child("Errors")?.child("Error")?;
        Some(Failure::Said {
            code: error.text("Code")?,
            message: error.text("Message").unwrap_or_default(),
            status: answer.status().as_u16(),
            after: calls::retry_after(answer),
        })
    });
    let status = || calls::failure(answer, format!("EC2 answered with status {}", answer.status().as_u16()));
    Err(said.unwrap_or_else(|| Failure::Other(status())))
}

impl Failure {
    /// What it means for the caller, by the documented codes of EC2.
    pub(super) fn into_error(self) -> IaasError {
        let (code, message, status, after) = match self {
            Self::Other(error) => return error,
            Self::Said { code, message, status, after } => (code, message, status, after),
        };
        let reason = match message.is_empty() {
            true => code.clone(),
            false => format!("{code}: {message}"),
        };
        match code.as_str() {
            "RequestLimitExceeded"
            | "Throttling"
            | "ThrottlingException"
            | "RequestThrottled"
            | "EC2ThrottledException"
            | "SlowDown"
            | "BandwidthLimitExceeded" => IaasError::Throttled { after, reason },
            "InvalidInstanceID.NotFound"
            | "InvalidInstanceID.Malformed"
            | "InvalidAddress.NotFound"
            | "InvalidAllocationID.NotFound"
            | "InvalidAddressID.NotFound" => IaasError::NotFound(message_or(code, message)),
            // It does not get better soon: another provider may have room (§4.11).
            "InsufficientInstanceCapacity" | "InsufficientCapacity" => IaasError::Refused(reason),
            // It is not far enough yet, or on its way elsewhere.
            "IncorrectInstanceState" | "IncorrectState" | "DependencyViolation" | "ResourceBusy" => {
                IaasError::Transient(reason)
            }
            _ if matches!(status, 429 | 503) => IaasError::Throttled { after, reason },
            _ if status >= 500 => IaasError::Transient(reason),
            _ => IaasError::Refused(reason),
        }
    }
}

fn message_or(code: String, message: String) -> String {
    if message.is_empty() { code } else { message.trim_end_matches(" does not exist").to_owned() }
}

impl Parameters {
    pub(super) fn new<'a>(parameters: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        Self(parameters.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }

    pub(super) fn extend(&mut self, parameters: impl IntoIterator<Item = (String, String)>) {
        self.0.extend(parameters);
    }

    /// Tags as `PREFIX.1.Key` and `PREFIX.1.Value`.
    pub(super) fn tags(&mut self, prefix: &str, tags: &BTreeMap<String, String>) {
        for (number, (name, value)) in (1..).zip(tags) {
            self.extend([
                (format!("{prefix}.{number}.Key"), name.clone()),
                (format!("{prefix}.{number}.Value"), value.clone()),
            ]);
        }
    }

    /// Those that have all of some tags.
    pub(super) fn tag_filters(&mut self, tags: &[(&str, &str)]) {
        for (number, (name, value)) in (1..).zip(tags) {
            self.extend([
                (format!("Filter.{number}.Name"), format!("tag:{name}")),
                (format!("Filter.{number}.Value.1"), literal(value)),
            ]);
        }
    }

    fn form(&self, action: &str) -> String {
        let fixed = [("Action", action), ("Version", VERSION)];
        let given = self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let pairs = fixed.into_iter().chain(given).map(|(name, value)| {
            format!("{}={}", utf8_percent_encode(name, UNRESERVED), utf8_percent_encode(value, UNRESERVED))
        });
        pairs.collect::<Vec<_>>().join("&")
    }
}

/// A value of a filter that stands for itself: `*` and `?` are wildcards there.
fn literal(text: &str) -> String {
    let mut literal = String::with_capacity(text.len());
    for letter in text.chars() {
        if matches!(letter, '*' | '?' | '\\') {
            literal.push('\\');
        }
        literal.push(letter);
    }
    literal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_written() {
        let mut parameters = Parameters::new([("Name", "a b/c=é")]);
        parameters.tag_filters(&[("elb:owner", "a*b")]);
        assert_eq!(
            parameters.form("Describe"),
            "Action=Describe&Version=2016-11-15&Name=a%20b%2Fc%3D%C3%A9&Filter.1.Name=tag%3Aelb%3Aowner\
             &Filter.1.Value.1=a%5C%2Ab"
        );
    }
}
