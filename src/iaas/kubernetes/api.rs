//! Calls of the API server: workloads, their sub-resource `scale`, and their pods.

use std::collections::BTreeMap;
use std::fmt;

use http::{Method, Request};
use k8s_openapi::api::core::v1::Pod;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, ObjectMeta};
use kube::Client;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::book::{BOOK, Book, Change};
use crate::iaas::{IaasError, Owner, http as calls, labels};
use crate::settings::{KubernetesProvider, Workload, WorkloadKind};
use crate::transport::kubernetes as access;

/// The API server, and the namespace of the workloads.
pub(super) struct Api {
    client: Client,
    namespace: String,
}

/// Where a workload is.
#[derive(Clone, Debug)]
pub(super) struct Place(Workload);

/// What is read of a workload.
#[derive(Debug, Deserialize)]
pub(super) struct WorkloadObject {
    metadata: ObjectMeta,
    spec: WorkloadSpec,
}

#[derive(Debug, Deserialize)]
struct WorkloadSpec {
    replicas: Option<i32>,
    selector: LabelSelector,
}

#[derive(Deserialize)]
struct Pods {
    items: Vec<Pod>,
}

impl Place {
    pub(super) fn new(workload: &Workload) -> Self {
        Self(workload.clone())
    }

    pub(super) fn kind(&self) -> WorkloadKind {
        self.0.kind
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Api {
    /// Reads the kubeconfig, tokens and certificates, all anew.
    pub(super) async fn open(settings: &KubernetesProvider) -> Result<Self, IaasError> {
        let refused = |error: &dyn fmt::Display| IaasError::Refused(calls::readable(&error.to_string()));
        let (url, context) = (settings.url.as_ref(), settings.context.as_ref());
        let config = access::config(url, settings.kubeconfig.as_deref(), context).await;
        let config = config.map_err(|error| refused(&error))?;
        let named = settings.namespace.as_ref().map(|namespace| namespace.as_str().to_owned());
        let namespace = named.unwrap_or_else(|| config.default_namespace.clone());
        Ok(Self { client: Client::try_from(config).map_err(|error| refused(&error))?, namespace })
    }

    pub(super) async fn workload(&self, place: &Place) -> Result<WorkloadObject, IaasError> {
        self.call(Method::GET, &self.path(place), None).await.map_err(read)
    }

    /// The pods that the workload selects.
    pub(super) async fn pods(&self, workload: &WorkloadObject) -> Result<Vec<Pod>, IaasError> {
        let selector = selector(&workload.spec.selector);
        let selector = utf8_percent_encode(&selector, NON_ALPHANUMERIC);
        let path = format!("/api/v1/namespaces/{}/pods?labelSelector={selector}", self.namespace);
        self.call(Method::GET, &path, None).await.map(|pods: Pods| pods.items).map_err(read)
    }

    /// Writes the book of a workload, and whose it is if nobody has said so; none when it was changed since it was read.
    pub(super) async fn note(
        &self,
        place: &Place,
        workload: &WorkloadObject,
        book: &Book,
        owner: Option<&Owner>,
    ) -> Result<Option<WorkloadObject>, IaasError> {
        let odd = |error: serde_json::Error| IaasError::Refused(error.to_string());
        let mut annotations = BTreeMap::from([(BOOK.to_owned(), serde_json::to_string(book).map_err(odd)?)]);
        if let (Some(owner), None) = (owner, workload.owner()) {
            annotations.insert(labels::OWNER.to_owned(), owner.to_string());
        }
        self.annotate(&self.path(place), &workload.metadata, &annotations).await
    }

    /// Changes the number of replicas; false when the workload was changed since it was read.
    pub(super) async fn scale(
        &self,
        place: &Place,
        workload: &WorkloadObject,
        by: i32,
    ) -> Result<bool, IaasError> {
        // Without a number there is one (the documentation of both kinds).
        let replicas = workload.spec.replicas.unwrap_or(1);
        let wanted = replicas.saturating_add(by).max(0);
        if wanted == replicas {
            return Ok(true);
        }
        let scale = json!({
            "apiVersion": "autoscaling/v1",
            "kind": "Scale",
            "metadata": {
                "name": workload.metadata.name,
                "namespace": self.namespace,
                "resourceVersion": workload.metadata.resource_version,
            },
            "spec": { "replicas": wanted },
        });
        let path = format!("{}/scale", self.path(place));
        let scaled = self.call::<Value>(Method::PUT, &path, Some(&scale)).await;
        Ok(unless_changed(scaled)?.is_some())
    }

    /// Gives a pod annotations; false when it was changed since it was read.
    pub(super) async fn mark(
        &self,
        pod: &Pod,
        annotations: &BTreeMap<String, String>,
    ) -> Result<bool, IaasError> {
        let name = pod.metadata.name.as_deref().unwrap_or_default();
        let path = format!("/api/v1/namespaces/{}/pods/{name}", self.namespace);
        let marked: Option<Value> = self.annotate(&path, &pod.metadata, annotations).await?;
        Ok(marked.is_some())
    }

    async fn annotate<T: DeserializeOwned>(
        &self,
        path: &str,
        seen: &ObjectMeta,
        annotations: &BTreeMap<String, String>,
    ) -> Result<Option<T>, IaasError> {
        let version = &seen.resource_version;
        let patch = json!({ "metadata": { "resourceVersion": version, "annotations": annotations } });
        unless_changed(self.call(Method::PATCH, path, Some(&patch)).await)
    }

    fn path(&self, place: &Place) -> String {
        let plural = match place.0.kind {
            WorkloadKind::Deployment => "deployments",
            WorkloadKind::StatefulSet => "statefulsets",
        };
        format!("/apis/apps/v1/namespaces/{}/{plural}/{}", self.namespace, place.0.name.as_str())
    }

    async fn call<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> kube::Result<T> {
        let kind = match method {
            Method::PATCH => "application/merge-patch+json",
            _ => "application/json",
        };
        let body = body.map(|body| body.to_string().into_bytes()).unwrap_or_default();
        let request = Request::builder().method(method).uri(path).header(http::header::CONTENT_TYPE, kind);
        self.client.request(request.body(body).map_err(kube::Error::HttpError)?).await
    }
}

impl WorkloadObject {
    /// What was changed at it. What is no book, because a person wrote it, counts as empty.
    pub(super) fn book(&self) -> Book {
        let text = self.annotation(BOOK).unwrap_or("{}");
        serde_json::from_str(text).unwrap_or_else(|error| {
            let workload = self.metadata.name.as_deref().unwrap_or_default();
            tracing::warn!(target: "iaas", workload, %error, "its annotation {BOOK} cannot be read");
            Book::default()
        })
    }

    /// Whose pods without marks are.
    pub(super) fn owner(&self) -> Option<&str> {
        self.annotation(labels::OWNER)
    }

    /// What is noted of a change that is made now.
    pub(super) fn next_change(&self) -> Change {
        Some(self.metadata.generation.unwrap_or_default())
    }

    /// Whether a change that was noted was made.
    pub(super) fn has_made(&self, change: Change) -> bool {
        change.is_some_and(|noted| self.metadata.generation.unwrap_or_default() > noted)
    }

    fn annotation(&self, name: &str) -> Option<&str> {
        self.metadata.annotations.as_ref()?.get(name).map(String::as_str)
    }
}

/// A selector as the API has it in queries.
fn selector(selector: &LabelSelector) -> String {
    let labels = selector.match_labels.iter().flatten().map(|(name, value)| format!("{name}={value}"));
    let expressions = selector.match_expressions.iter().flatten().map(|one| {
        let (key, values) = (&one.key, one.values.clone().unwrap_or_default().join(","));
        match one.operator.as_str() {
            "In" => format!("{key} in ({values})"),
            "NotIn" => format!("{key} notin ({values})"),
            "DoesNotExist" => format!("!{key}"),
            _ => key.clone(),
        }
    });
    labels.chain(expressions).collect::<Vec<_>>().join(",")
}

/// None for a conflict: the object is not any more what it was when it was read.
fn unless_changed<T>(answer: kube::Result<T>) -> Result<Option<T>, IaasError> {
    match answer {
        Err(kube::Error::Api(status)) if status.code == 409 => Ok(None),
        other => other.map(Some).map_err(read),
    }
}

/// What an error means for the caller.
fn read(error: kube::Error) -> IaasError {
    match error {
        kube::Error::Api(status) => {
            let reason = match status.message.is_empty() {
                true => format!("the API server answered with status {}", status.code),
                false => calls::readable(&status.message),
            };
            match status.code {
                404 => IaasError::NotFound(reason),
                code => calls::refusal(code, None, reason),
            }
        }
        other => IaasError::Transient(calls::readable(&format!("the API server: {other}"))),
    }
}
