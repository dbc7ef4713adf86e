//! Tribes itself as a peer: nodes in Java processes of their own.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// Where Debian's `libtomcat10-java` puts Tribes and what it logs with.
const JARS: [&str; 2] = ["/usr/share/java/tomcat10-tribes.jar", "/usr/share/java/tomcat10-juli.jar"];

/// The compiled programs of the peers; deleted at the end.
pub(crate) struct Programs {
    classes: tempfile::TempDir,
}

/// One node; killed when dropped.
pub(crate) struct Node {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Programs {
    /// Compiles a program of this folder.
    ///
    /// # Errors
    /// Why it cannot run here.
    pub(crate) fn compile() -> Result<Self, String> {
        if let Some(missing) = JARS.iter().find(|jar| !Path::new(jar).is_file()) {
            return Err(format!("there is no {missing} (package libtomcat10-java)"));
        }
        let classes = tempfile::tempdir().map_err(|error| error.to_string())?;
        let mut compiler = Command::new("javac");
        compiler.args(["-encoding", "UTF-8", "-cp", &JARS.join(":"), "-d"]).arg(classes.path());
        compiler.args(sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers/tribes")));
        let compiled = compiler.output().map_err(|error| format!("javac: {error}"))?;
        assert!(compiled.status.success(), "javac: {}", String::from_utf8_lossy(&compiled.stderr));
        Ok(Self { classes })
    }

    /// Starts a program.
    pub(crate) fn start(&self, program: &str, arguments: &[&str]) -> Node {
        let mut java = Command::new("java");
        java.args([
            "-Xshare:auto",
            "-XX:TieredStopAtLevel=1",
            "-Xmx64m",
            "-Djava.net.preferIPv4Stack=true",
            "-cp",
        ]);
        java.arg(format!("{}:{}", self.classes.path().display(), JARS.join(":")))
            .arg(program)
            .args(arguments);
        let mut child = java.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("java starts");
        let input = child.stdin.take().expect("an input");
        let output = BufReader::new(child.stdout.take().expect("an output"));
        Node { child, input, output }
    }
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let (folders, files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    let here = files.into_iter().filter(|path| path.extension().is_some_and(|extension| extension == "java"));
    here.chain(folders.iter().flat_map(|folder| sources(folder))).collect()
}

impl Node {
    /// Gives it an order.
    pub(crate) fn order(&mut self, order: &str) {
        writeln!(self.input, "{order}").expect("the node listens");
        self.input.flush().expect("the node listens");
    }

    /// The next line that it says.
    pub(crate) fn says(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).expect("the node speaks");
        line.trim_end().to_owned()
    }

    /// Ends it at once, without a word.
    pub(crate) fn kill(&mut self) {
        // It may have ended already; then there is nothing to stop.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.kill();
    }
}
