//! Quartz as a peer: the scheduler whose cron expressions configurations are written in.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// Where Debian's `libquartz2-java` and what it needs put their classes.
const JARS: [&str; 2] = ["/usr/share/java/quartz2.jar", "/usr/share/java/slf4j-api.jar"];

/// Quartz, ready to answer.
pub(crate) struct Peer {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    /// The compiled peer; deleted at the end.
    _classes: tempfile::TempDir,
}

/// What Quartz makes of an expression.
#[derive(Debug)]
pub(crate) enum Answer {
    /// It fires then, in seconds since 1970.
    Moments(Vec<i64>),
    /// It is none.
    Refused(String),
    /// It took it, and failed over it.
    Broken,
}

impl Peer {
    /// Compiles and starts the peer.
    ///
    /// # Errors
    /// Why it cannot run here.
    pub(crate) fn start() -> Result<Self, String> {
        if let Some(jar) = JARS.iter().find(|jar| !Path::new(jar).is_file()) {
            return Err(format!("there is no {jar} (package libquartz2-java)"));
        }
        let jars = JARS.join(":");
        let classes = tempfile::tempdir().map_err(|error| error.to_string())?;
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers/quartz/Peer.java");
        let mut compiler = Command::new("javac");
        compiler.args(["-encoding", "UTF-8", "-cp", &jars, "-d"]).arg(classes.path()).arg(source);
        let compiled = compiler.output().map_err(|error| format!("javac: {error}"))?;
        assert!(compiled.status.success(), "javac: {}", String::from_utf8_lossy(&compiled.stderr));
        let mut java = Command::new("java");
        java.args(["-Xshare:auto", "-XX:TieredStopAtLevel=1", "-Xmx128m", "-cp"]);
        java.arg(format!("{}:{jars}", classes.path().display())).arg("Peer");
        java.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = java.spawn().map_err(|error| format!("java: {error}"))?;
        let input = child.stdin.take().ok_or("java has no input")?;
        let output = BufReader::new(child.stdout.take().ok_or("java has no output")?);
        Ok(Self { child, input, output, _classes: classes })
    }

    /// The moments after one.
    pub(crate) fn ask(&mut self, after: i64, zone: &str, count: usize, text: &str) -> Answer {
        writeln!(self.input, "{}\t{zone}\t{count}\t{text}", after * 1000).expect("java listens");
        self.input.flush().expect("java listens");
        let mut line = String::new();
        self.output.read_line(&mut line).expect("java answers");
        let mut parts = line.trim_end_matches('\n').split('\t');
        match parts.next() {
            Some("times") => Answer::Moments(parts.map(|part| part.parse().expect("a number")).collect()),
            Some("failure") => Answer::Refused(parts.collect()),
            Some("broken") => Answer::Broken,
            other => panic!("java answers {text} with {other:?}"),
        }
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // It may have ended already; then there is nothing to stop.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
