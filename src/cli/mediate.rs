//! `sinew mediate`: one request through a flow, with stubs for endpoints, and everything that happened.

use std::io::Read;
use std::path::PathBuf;

use sinew_core::diagnostics::render;

use super::folder::FolderArguments;
use super::{Color, Exit, output};
use crate::testing::{Flows, Reply, Request};

/// Run one request through a flow without opening a port, and print what happened
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  sinew mediate /services/EchoProxy
  sinew mediate -X POST -H 'Content-Type: text/plain' -d hello --reply 200:thanks /orders
  sinew mediate --sequence fault /")]
pub(super) struct Mediate {
    /// The request target: a path, with its query
    #[arg(value_name = "TARGET", required_unless_present_any = ["request", "proxy"])]
    target: Option<String>,
    #[command(flatten)]
    folder: FolderArguments,
    /// Send it into this sequence instead of where its path leads
    #[arg(long, value_name = "NAME", conflicts_with = "proxy")]
    sequence: Option<String>,
    /// Send it into this proxy service; TARGET is what follows the service's path
    #[arg(long, value_name = "NAME")]
    proxy: Option<String>,
    /// The method
    #[arg(short = 'X', long, value_name = "METHOD")]
    method: Option<String>,
    /// A header; may be repeated
    #[arg(short = 'H', long = "header", value_name = "NAME: VALUE")]
    headers: Vec<String>,
    /// The body; @FILE reads a file, @- standard input
    #[arg(short = 'd', long, value_name = "DATA")]
    data: Option<String>,
    /// Read the whole request from a file: request line, headers, an empty line, the body
    #[arg(long, value_name = "FILE", conflicts_with_all = ["target", "method", "headers", "data"])]
    request: Option<PathBuf>,
    /// What endpoints answer: STATUS[:BODY] for all, ADDRESS=STATUS[:BODY] for one; may be repeated
    #[arg(long = "reply", value_name = "REPLY")]
    replies: Vec<String>,
}

/// The parts of a request as they were typed.
struct Typed {
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Mediate {
    pub(super) fn execute(self, color: Color) -> Exit {
        match self.run(color) {
            Ok(exit) => exit,
            Err(error) => {
                output::complain(&format!("error: {error:#}"));
                Exit::Usage
            }
        }
    }

    fn run(self, color: Color) -> anyhow::Result<Exit> {
        let typed = self.typed()?;
        let dir = &self.folder.dir;
        let mut flows = match Flows::deploy(self.folder.folder()) {
            Ok(flows) => flows,
            Err(error) => {
                output::complain(&format!("error: cannot read {}: {error}", dir.display()));
                return Ok(Exit::Files);
            }
        };
        for diagnostic in flows.status().diagnostics.iter().filter(|d| d.severity.is_error()) {
            output::complain(&render(diagnostic, color.on(&std::io::stderr())));
        }
        for reply in &self.replies {
            let (address, reply) = parse_reply(reply)?;
            flows = flows.stub(&address, reply);
        }
        if let Some(name) = &self.sequence
            && !flows.has_sequence(name)
        {
            anyhow::bail!("no sequence is named \"{name}\" in {}", dir.display());
        }
        let mut request = Request::new(&typed.method, &typed.target).body(typed.body);
        for (name, value) in &typed.headers {
            request = request.header(name, value);
        }
        let transcript = match &self.sequence {
            Some(sequence) => flows.mediate(sequence, request),
            None => flows.send(request),
        };
        output::print(&transcript.to_string());
        Ok(Exit::Ok)
    }

    fn typed(&self) -> anyhow::Result<Typed> {
        let mut typed = match &self.request {
            Some(path) => parse_request(&read(path.to_string_lossy().as_ref())?)?,
            None => {
                let headers =
                    self.headers.iter().map(|line| parse_header(line)).collect::<anyhow::Result<_>>()?;
                let body = match self.data.as_deref() {
                    None => Vec::new(),
                    Some(data) => match data.strip_prefix('@') {
                        Some(file) => read(file)?,
                        None => data.as_bytes().to_vec(),
                    },
                };
                let default = if self.data.is_some() { "POST" } else { "GET" };
                let method = self.method.clone().unwrap_or_else(|| default.to_owned());
                Typed { method, target: self.target.clone().unwrap_or_default(), headers, body }
            }
        };
        if let Some(proxy) = &self.proxy {
            typed.target = format!("/services/{proxy}{}", typed.target);
        }
        typed.check()?;
        Ok(typed)
    }
}

impl Typed {
    /// Everything that a request cannot be made of is said here.
    fn check(&self) -> anyhow::Result<()> {
        http::Method::from_bytes(self.method.as_bytes())
            .map_err(|_| anyhow::anyhow!("\"{}\" is no method", self.method))?;
        if !self.target.starts_with('/') || self.target.parse::<http::Uri>().is_err() {
            anyhow::bail!("\"{}\" is no request target; it must be a path such as /orders?id=1", self.target);
        }
        for (name, value) in &self.headers {
            if http::HeaderName::try_from(name.as_str()).is_err()
                || http::HeaderValue::from_str(value).is_err()
            {
                anyhow::bail!("\"{name}: {value}\" is no header");
            }
        }
        Ok(())
    }
}

fn read(file: &str) -> anyhow::Result<Vec<u8>> {
    if file == "-" {
        let mut bytes = Vec::new();
        std::io::stdin().read_to_end(&mut bytes)?;
        return Ok(bytes);
    }
    std::fs::read(file).map_err(|error| anyhow::anyhow!("cannot read {file}: {error}"))
}

fn parse_header(line: &str) -> anyhow::Result<(String, String)> {
    let (name, value) =
        line.split_once(':').ok_or_else(|| anyhow::anyhow!("\"{line}\" is no header: it has no colon"))?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}

/// A request as it stands on the wire; line ends may be LF.
fn parse_request(bytes: &[u8]) -> anyhow::Result<Typed> {
    let (head, body) = split_head(bytes);
    let head = std::str::from_utf8(head)?;
    let mut lines = head.lines();
    let request_line = lines.next().unwrap_or_default();
    let mut words = request_line.split_whitespace();
    let (Some(method), Some(target)) = (words.next(), words.next()) else {
        anyhow::bail!("the first line is no request line: \"{request_line}\"");
    };
    let headers = lines.map(parse_header).collect::<anyhow::Result<_>>()?;
    Ok(Typed { method: method.to_owned(), target: target.to_owned(), headers, body: body.to_vec() })
}

fn split_head(bytes: &[u8]) -> (&[u8], &[u8]) {
    for separator in [b"\r\n\r\n".as_slice(), b"\n\n"] {
        if let Some(at) = bytes.windows(separator.len()).position(|window| window == separator) {
            let (head, rest) = bytes.split_at(at);
            return (head, rest.get(separator.len()..).unwrap_or_default());
        }
    }
    (bytes, &[])
}

/// `200`, `200:body`, `http://h:1/=503:busy`, `refused`, `timeout`, `closed`.
fn parse_reply(text: &str) -> anyhow::Result<(String, Reply)> {
    let (address, rest) = match text.split_once('=') {
        Some((address, rest)) if address.starts_with("http") => (address, rest),
        _ => ("http", text),
    };
    let (status, body) = rest.split_once(':').unwrap_or((rest, ""));
    let reply = match status {
        "refused" => Reply::refused(),
        "timeout" => Reply::timed_out(),
        "closed" => Reply::closed(),
        status => match status.parse::<u16>().ok().filter(|code| (200..600).contains(code)) {
            Some(code) => Reply::status(code).header("Content-Type", "text/plain").body(body),
            None => anyhow::bail!("\"{status}\" is no reply: expected a status, refused, timeout or closed"),
        },
    };
    Ok((address.to_owned(), reply))
}
