//! The Java process on the other end of the pipe.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use super::answer::{Answer, escaped};

/// Where Debian's `libjaxen-java` puts Jaxen.
const JAR: &str = "/usr/share/java/jaxen.jar";

/// Jaxen, ready to answer.
pub(crate) struct Peer {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    /// The compiled peer; deleted at the end.
    _classes: tempfile::TempDir,
}

impl Peer {
    /// Compiles and starts the peer.
    ///
    /// # Errors
    /// Why it cannot run here.
    pub(crate) fn start() -> Result<Self, String> {
        if !Path::new(JAR).is_file() {
            return Err(format!("there is no {JAR} (package libjaxen-java)"));
        }
        let classes = tempfile::tempdir().map_err(|error| error.to_string())?;
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers/jaxen/Peer.java");
        let mut compiler = Command::new("javac");
        compiler.args(["-encoding", "UTF-8", "-cp", JAR, "-d"]).arg(classes.path()).arg(source);
        let compiled = compiler.output().map_err(|error| format!("javac: {error}"))?;
        assert!(compiled.status.success(), "javac: {}", String::from_utf8_lossy(&compiled.stderr));
        let mut java = Command::new("java");
        java.args(["-Xshare:auto", "-XX:TieredStopAtLevel=1", "-Xmx128m", "-cp"]);
        java.arg(format!("{}:{JAR}", classes.path().display())).arg("Peer");
        java.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = java.spawn().map_err(|error| format!("java: {error}"))?;
        let input = child.stdin.take().ok_or("java has no input")?;
        let output = BufReader::new(child.stdout.take().ok_or("java has no output")?);
        Ok(Self { child, input, output, _classes: classes })
    }

    /// The document of the expressions that follow.
    pub(crate) fn read(&mut self, document: &str) {
        writeln!(self.input, "D {}", escaped(document)).expect("java listens");
    }

    /// What Jaxen makes of an expression.
    pub(crate) fn ask(&mut self, context: usize, expression: &str) -> Answer {
        writeln!(self.input, "E {context}\t{}", escaped(expression)).expect("java listens");
        self.input.flush().expect("java listens");
        let mut line = String::new();
        self.output.read_line(&mut line).expect("java answers");
        let line = line.trim_end_matches('\n');
        Answer::parse(line).unwrap_or_else(|| panic!("java answers {expression} with {line:?}"))
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // It may have ended already; then there is nothing to stop.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
