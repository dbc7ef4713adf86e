//! Providers of infrastructure: where instances are launched.

use std::path::PathBuf;
use std::time::Duration as Time;

use super::HOUR;
use crate::settings::key::section;
use crate::settings::secret::SecretReference;
use crate::settings::value::{
    ApiUrl, Command, Count, Duration, Environment, HostName, LabelName, PortRange, ProviderKindName,
    ServiceUrl, Texts, Word, Workloads, ZoneName,
};

section! {
    /// Where the autoscaler launches instances: one `[[iaas]]` for each provider, as often as there are providers. What is
    /// particular to its kind stands in a table of that name below it.
    pub(in crate::settings) struct ProviderTable {
        /// Its name, in logs and in answers. No two have the same; it must be given.
        pub name: Option<Word> = "",
        /// What it is: `process` launches processes on this machine, `ec2` instances of Amazon EC2, `docker` containers,
        /// `kubernetes` pods, `webhook` asks a service of yours, and `dry_run` records what would be launched and launches
        /// nothing.
        pub kind: ProviderKindName = "process",
        /// The provider with the lowest number launches first, as long as it is not full and does not fail; those with the
        /// same number take turns.
        pub scale_up_order: Count<0, 1000000> = "1",
        /// The provider with the lowest number ends its instances first.
        pub scale_down_order: Count<0, 1000000> = "1",
        /// The most instances of all clusters together. None means any number.
        pub max_instances: Option<Count<1, 1000000>> = "0",
        /// How long one call may take.
        pub call_timeout: Duration<50, { HOUR }> = "30s",
        /// How often a call is made at most when it fails for a reason that may pass.
        pub attempts: Count<1, 20> = "4",
        /// The time between the first two attempts. It doubles with each, and varies by chance so that balancers do not call
        /// in step.
        pub first_pause: Duration<1, { HOUR }> = "500ms",
        /// The longest time between two attempts. A provider that asks for more patience gets it: the call fails, and the
        /// next one comes with the next decision.
        pub longest_pause: Duration<1, { HOUR }> = "10s",
    }
    tables {
        /// Processes of this machine.
        pub process: ProcessProvider,
        /// Calls of a service of yours.
        pub webhook: WebhookProvider,
        /// Instances of Amazon EC2.
        pub ec2: Ec2Provider,
        /// Containers of a Docker Engine.
        pub docker: DockerProvider,
        /// Pods of workloads of Kubernetes.
        pub kubernetes: KubernetesProvider,
    }
}

section! {
    /// Instances are processes of this machine, started from a command, each the leader of a process group of its own. They
    /// go on when the balancer ends, and are found again when it starts.
    pub struct ProcessProvider {
        /// The program and its arguments; it must be given, and must not go to the background by itself. `{port}` stands for
        /// the port for HTTP of the instance, `{https_port}` for that for HTTPS, `{instance}` for its id, `{domain}` and
        /// `{sub_domain}` for its cluster, `{host}` for the `host` below.
        pub command: Command = "",
        /// Variables added to the environment of the balancer; the same words stand for the same things.
        pub environment: Environment = "",
        /// The directory in which the program is started.
        pub working_directory: Option<PathBuf> = "",
        /// The ports of instances, one for each, or two where the command or environment mentions `{https_port}`.
        pub ports: Option<PortRange> = "",
        /// The host that members are known by.
        pub host: Option<HostName> = "127.0.0.1",
        /// Where it is written down which processes there are. Only one balancer can use a directory at a time.
        pub state_directory: PathBuf = ".sinew/processes",
        /// Where the output of each instance goes, to a file named by its id. Without it the output is dropped.
        pub log_directory: Option<PathBuf> = "",
        /// How long a process may take to end after SIGTERM, before SIGKILL.
        pub stop_timeout: Duration<0, { HOUR }> = "30s",
    }
}

section! {
    /// A service of yours launches the instances: each operation is a POST request with a signed JSON body.
    pub struct WebhookProvider {
        /// The address; operations are segments below it: `launch`, `terminate`, `list`, `associate` and so on. It must be
        /// given.
        pub url: Option<ServiceUrl> = "",
        /// The secret that requests are signed with; it must be given.
        pub secret: Option<SecretReference> = "",
        /// A PEM file with the certificates of authorities that are trusted instead of the operating system's.
        pub ca_file: Option<PathBuf> = "",
    }
}

section! {
    /// Instances of Amazon EC2, or of what speaks its Query interface. What a cluster says in `loadbalancer.conf` of
    /// `image_id`, `instance_type`, `availability_zone`, `security_groups` and `payload` weighs more than what is said here.
    pub struct Ec2Provider {
        /// The region. Without it, that of the environment, the AWS profile or the instance that the balancer runs on.
        pub region: Option<Word> = "",
        /// Where the interface answers, when it is not that of the region.
        pub endpoint_url: Option<ServiceUrl> = "",
        /// The id of the access key. Without it, credentials come from the environment, the AWS profile, or the role of
        /// the instance that the balancer runs on.
        pub access_key_id: Option<Word> = "",
        /// The secret of the access key.
        pub secret_access_key: Option<SecretReference> = "",
        /// The token of temporary credentials.
        pub session_token: Option<SecretReference> = "",
        /// The AWS profile to take region and credentials from.
        pub profile: Option<Word> = "",
        /// The image, as `ami-…` or `region/ami-…`.
        pub image: Option<Word> = "",
        /// The type.
        pub instance_type: Option<Word> = "",
        /// The availability zone.
        pub availability_zone: Option<Word> = "",
        /// The subnet.
        pub subnet: Option<Word> = "",
        /// The security groups: ids (`sg-…`), or names where there is no `subnet`.
        pub security_groups: Vec<Word> = "",
        /// The key pair for SSH.
        pub key_pair: Option<Word> = "",
        /// A file whose content is the user data of instances, at most 16 KiB.
        pub user_data: Option<PathBuf> = "",
        /// Tags of instances, beside `elb:domain`, `elb:subDomain`, `elb:owner` and `elb:token`.
        pub tags: Texts = "",
        /// Whether instances are protected against being ended by others. The protection is lifted before they are ended.
        pub termination_protection: bool = "false",
        /// The port for HTTP of members on instances. Without it members have to register themselves.
        pub http_port: Option<Count<1, 65535>> = "0",
        /// The port for HTTPS of members on instances.
        pub https_port: Option<Count<1, 65535>> = "0",
    }
}

section! {
    /// Instances are containers of a Docker Engine, or of what speaks its interface.
    pub struct DockerProvider {
        /// The Unix socket of the engine.
        pub socket: PathBuf = "/var/run/docker.sock",
        /// The image, which the engine must have: nothing is pulled. That of the cluster weighs more.
        pub image: Option<Word> = "",
        /// What a container gets as its command, instead of what its image says. `{port}` stands for `http_port`,
        /// `{https_port}` for `https_port`, `{instance}` for the name of the container, `{domain}` and `{sub_domain}` for its
        /// cluster, `{host}` for the `host` below.
        pub command: Command = "",
        /// Variables added to the environment of the image; the same words stand for the same things.
        pub environment: Environment = "",
        /// Labels of containers, beside those that begin with `sinew.`.
        pub labels: Texts = "",
        /// The network of containers. Without it, the engine's usual one.
        pub network: Option<Word> = "",
        /// The port for HTTP inside of containers. Without it members have to register themselves.
        pub http_port: Option<Count<1, 65535>> = "0",
        /// The port for HTTPS inside of containers.
        pub https_port: Option<Count<1, 65535>> = "0",
        /// Whether the ports are published, each at a free port of `host`. Otherwise members are reached at the addresses of
        /// their containers.
        pub publish: bool = "false",
        /// Where published ports are reached: an address of the engine's machine.
        pub host: Option<HostName> = "127.0.0.1",
        /// Whether a container that ended by itself stays, for whoever looks into it.
        pub keep_ended: bool = "false",
        /// How long a container may take to end before it is killed.
        pub stop_timeout: Duration<0, { HOUR }> = "30s",
    }
}

section! {
    /// Instances are the pods of workloads of Kubernetes, a workload for each cluster. They are launched and ended by changing
    /// how many replicas it has.
    pub struct KubernetesProvider {
        /// The workloads by their clusters, as in `{ "shop.example/worker" = "deployment/shop-worker" }`; each is a
        /// `deployment` or a `statefulset`. At least one must be given.
        pub workloads: Workloads = "",
        /// The namespace of the workloads. Without it, that of the context.
        pub namespace: Option<LabelName> = "",
        /// The port for HTTP of pods. Without it members have to be found otherwise.
        pub http_port: Option<Count<1, 65535>> = "0",
        /// The port for HTTPS of pods.
        pub https_port: Option<Count<1, 65535>> = "0",
        /// The kubeconfig file. Without it, the file that `KUBECONFIG` names, `~/.kube/config`, or the account of the pod that
        /// the balancer runs in.
        pub kubeconfig: Option<PathBuf> = "",
        /// The context of that file, if not its current one.
        pub context: Option<ZoneName> = "",
        /// An API server that asks for no credentials, such as `kubectl proxy`; instead of a kubeconfig.
        pub url: Option<ApiUrl> = "",
    }
}

/// A provider of infrastructure.
#[derive(Debug, Clone, PartialEq)]
pub struct Provider {
    /// Its name, unique.
    pub name: String,
    /// What it is.
    pub kind: ProviderKind,
    /// The lowest launches first.
    pub scale_up_order: u32,
    /// The lowest ends its instances first.
    pub scale_down_order: u32,
    /// The most instances, if there is such a number (fix W28).
    pub max_instances: Option<u32>,
    /// How long one call may take.
    pub call_timeout: Time,
    /// How often a call is made at most, at least once.
    pub attempts: usize,
    /// The time between the first two attempts, more than zero.
    pub first_pause: Time,
    /// The longest time between two attempts, at least `first_pause`.
    pub longest_pause: Time,
}

/// What a provider is, with what is particular to it.
#[derive(Debug, Clone, PartialEq)]
pub enum ProviderKind {
    /// Processes of this machine.
    Process(ProcessProvider),
    /// Calls of a service of the operator's.
    Webhook(WebhookProvider),
    /// Nothing is launched.
    DryRun,
    /// Amazon EC2.
    Ec2(Box<Ec2Provider>),
    /// Containers of a Docker Engine.
    Docker(Box<DockerProvider>),
    /// Pods of workloads of Kubernetes.
    Kubernetes(Box<KubernetesProvider>),
}

impl ProviderTable {
    /// The provider that the table describes.
    ///
    /// # Errors
    /// What is missing or does not fit together.
    pub(in crate::settings) fn into_provider(self) -> Result<Provider, String> {
        let missing = |key: &str| format!("a provider needs `{key}`");
        let strange = |table: &str| format!("`[iaas.{table}]` belongs to another kind of provider");
        let name = self.name.ok_or_else(|| missing("name"))?.as_str().to_owned();
        let given = [
            ("process", ProviderKindName::Process, self.process != ProcessProvider::default()),
            ("webhook", ProviderKindName::Webhook, self.webhook != WebhookProvider::default()),
            ("ec2", ProviderKindName::Ec2, self.ec2 != Ec2Provider::default()),
            ("docker", ProviderKindName::Docker, self.docker != DockerProvider::default()),
            ("kubernetes", ProviderKindName::Kubernetes, self.kubernetes != KubernetesProvider::default()),
        ];
        if let Some((table, ..)) = given.iter().find(|(_, kind, given)| *given && *kind != self.kind) {
            return Err(strange(table));
        }
        if self.first_pause.get() > self.longest_pause.get() {
            return Err("`first_pause` is longer than `longest_pause`".to_owned());
        }
        let kind = match self.kind {
            ProviderKindName::Process => ProviderKind::Process(checked_process(self.process)?),
            ProviderKindName::Webhook => ProviderKind::Webhook(checked_webhook(self.webhook)?),
            ProviderKindName::DryRun => ProviderKind::DryRun,
            ProviderKindName::Ec2 => ProviderKind::Ec2(Box::new(checked_ec2(self.ec2)?)),
            ProviderKindName::Docker => ProviderKind::Docker(Box::new(checked_docker(self.docker)?)),
            ProviderKindName::Kubernetes => {
                ProviderKind::Kubernetes(Box::new(checked_kubernetes(self.kubernetes)?))
            }
        };
        let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        Ok(Provider {
            name,
            kind,
            scale_up_order: number(self.scale_up_order.get()),
            scale_down_order: number(self.scale_down_order.get()),
            max_instances: self.max_instances.map(|most| number(most.get())),
            call_timeout: self.call_timeout.get(),
            attempts: self.attempts.get(),
            first_pause: self.first_pause.get(),
            longest_pause: self.longest_pause.get(),
        })
    }
}

fn checked_process(process: ProcessProvider) -> Result<ProcessProvider, String> {
    if process.command.words().is_empty() {
        return Err("a provider of kind `process` needs `command` in `[iaas.process]`".to_owned());
    }
    if process.ports.is_none() {
        return Err("a provider of kind `process` needs `ports` in `[iaas.process]`".to_owned());
    }
    if process.host.is_none() {
        return Err("`host` in `[iaas.process]` is empty".to_owned());
    }
    Ok(process)
}

fn checked_webhook(webhook: WebhookProvider) -> Result<WebhookProvider, String> {
    match &webhook {
        WebhookProvider { url: None, .. } => {
            Err("a provider of kind `webhook` needs `url` in `[iaas.webhook]`".to_owned())
        }
        WebhookProvider { secret: None, .. } => {
            Err("a provider of kind `webhook` needs `secret` in `[iaas.webhook]`: everybody could launch instances"
                .to_owned())
        }
        _ => Ok(webhook),
    }
}

fn checked_ec2(ec2: Ec2Provider) -> Result<Ec2Provider, String> {
    if ec2.access_key_id.is_some() != ec2.secret_access_key.is_some() {
        return Err("`access_key_id` and `secret_access_key` need each other".to_owned());
    }
    if ec2.session_token.is_some() && ec2.access_key_id.is_none() {
        return Err("`session_token` needs `access_key_id`".to_owned());
    }
    let reserved = ec2.tags.get().keys().find(|name| name.starts_with("elb:") || name.starts_with("aws:"));
    match reserved {
        Some(name) => Err(format!("the tag `{name}` is reserved")),
        None => Ok(ec2),
    }
}

fn checked_docker(docker: DockerProvider) -> Result<DockerProvider, String> {
    if docker.publish && docker.host.is_none() {
        return Err("`publish` needs `host` in `[iaas.docker]`".to_owned());
    }
    if docker.publish && docker.http_port.is_none() && docker.https_port.is_none() {
        return Err("`publish` needs `http_port` or `https_port` in `[iaas.docker]`".to_owned());
    }
    match docker.labels.get().keys().find(|name| name.starts_with("sinew.")) {
        Some(name) => Err(format!("the label `{name}` is reserved")),
        None => Ok(docker),
    }
}

fn checked_kubernetes(kubernetes: KubernetesProvider) -> Result<KubernetesProvider, String> {
    if kubernetes.workloads.get().is_empty() {
        return Err("a provider of kind `kubernetes` needs `workloads` in `[iaas.kubernetes]`".to_owned());
    }
    if kubernetes.url.is_some() && (kubernetes.kubeconfig.is_some() || kubernetes.context.is_some()) {
        return Err(
            "`url` is for API servers without credentials: leave out `kubeconfig` and `context`".to_owned()
        );
    }
    Ok(kubernetes)
}

impl Provider {
    /// Whether it can be beside others.
    ///
    /// # Errors
    /// What they cannot share.
    pub(in crate::settings) fn beside(&self, others: &[Provider]) -> Result<(), String> {
        if others.iter().any(|other| other.name == self.name) {
            return Err(format!("there is a provider `{}` already", self.name));
        }
        let ProviderKind::Process(own) = &self.kind else { return Ok(()) };
        for other in others {
            let ProviderKind::Process(process) = &other.kind else { continue };
            if process.state_directory == own.state_directory {
                return Err(format!("`{}` has the same `state_directory`", other.name));
            }
            let ports = own.ports.zip(process.ports);
            if ports.is_some_and(|(own, other)| own.overlaps(other)) {
                return Err(format!("`{}` has some of the same `ports`", other.name));
            }
        }
        Ok(())
    }
}
