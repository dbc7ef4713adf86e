//! Jaxen's own table of expressions, run against our engine.
//!
//! The table is not part of this repository. It is looked for in the folder `corpus/jaxen` of `$SINEW_SHARED`, else of
//! the folder `shared` beside the repository; without it the test says so and passes. What is known to differ is
//! listed with its reason in `jaxen-expected-failures.txt`; that list may only become shorter.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use http::{HeaderMap, Method, Uri};
use sinew_core::diagnostics::SourceFile;
use sinew_core::expression::{Expression, Namespaces, Node, NodeSet, Object, Scope, Surroundings};
use sinew_core::message::{Message, Payload, Received};
use sinew_core::xml::{Document, Element, Limits, SourceDocument, parse_bytes};

const EXPECTED_FAILURES: &str = include_str!("jaxen-expected-failures.txt");

#[test]
fn the_table_of_jaxen() {
    let Some(corpus) = corpus() else {
        eprintln!("skipped: there is no folder corpus/jaxen; point SINEW_SHARED at the folder that has it");
        return;
    };
    let checks = run(&corpus);
    let mut failures: BTreeMap<&str, &str> = BTreeMap::new();
    for line in EXPECTED_FAILURES.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (check, reason) = line.split_once(" => ").expect("a line is: check => reason");
        failures.insert(check, reason);
    }
    let mut surprises = Vec::new();
    for check in &checks {
        match (&check.outcome, failures.contains_key(check.name.as_str())) {
            (Err(found), false) => surprises.push(format!("fails: {} => {found}", check.name)),
            (Ok(()), true) => surprises.push(format!("passes, strike it from the list: {}", check.name)),
            _ => {}
        }
    }
    for expected in failures.keys() {
        if !checks.iter().any(|check| check.name == *expected) {
            surprises.push(format!("listed, but not in the table: {expected}"));
        }
    }
    assert!(
        surprises.is_empty(),
        "{} of {} checks:\n{}",
        surprises.len(),
        checks.len(),
        surprises.join("\n")
    );
    assert!(checks.len() >= 290, "only {} checks were found", checks.len());
}

fn corpus() -> Option<PathBuf> {
    let shared = match std::env::var_os("SINEW_SHARED") {
        Some(folder) => PathBuf::from(folder),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared"),
    };
    Some(shared.join("corpus/jaxen")).filter(|folder| folder.join("test/tests.xml").is_file())
}

/// One expression of the table and whether it did what the table says.
struct Check {
    name: String,
    outcome: Result<(), String>,
}

fn run(corpus: &Path) -> Vec<Check> {
    let table = fs::read_to_string(corpus.join("test/tests.xml")).expect("the table is readable");
    let file = SourceFile::new("tests.xml", table);
    let table = SourceDocument::parse(file, &Limits::default()).expect("the table is well-formed");
    let mut checks = Vec::new();
    for document in table.root().children() {
        let url = document.attribute("url").expect("a document has an url");
        let name = url.rsplit('/').next().expect("a split yields something");
        let tree = read(&corpus.join(name));
        for context in document.children() {
            Group { file: name, tree: &tree, context }.run(&mut checks);
        }
    }
    checks
}

/// Reads a document. One has a DOCTYPE that nothing depends on; those are refused, so it is cut out.
fn read(path: &Path) -> Document {
    let mut bytes = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let text = String::from_utf8_lossy(&bytes).into_owned();
    if let (Some(start), Some(end)) = (text.find("<!DOCTYPE"), text.find("]>")) {
        bytes = format!("{}{}", &text[..start], &text[end + 2..]).into_bytes();
    }
    parse_bytes(&bytes, None, &Limits::default())
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The checks that share a context node.
struct Group<'a> {
    file: &'a str,
    tree: &'a Document,
    context: Element<'a>,
}

impl<'a> Group<'a> {
    fn run(&self, checks: &mut Vec<Check>) {
        let mut message = Message::request(
            Received::new(Method::GET, Uri::from_static("/")),
            HeaderMap::new(),
            Payload::Empty,
        );
        for variable in self.context.attributes().filter(|attribute| attribute.prefix == "var") {
            message.properties.set(variable.local, variable.value);
        }
        let select = self.context.attribute("select").expect("a context selects something");
        let root = Node::new(self.tree, self.tree.document_node());
        let nodes = self.select(&message, self.context, select, root).expect("the context can be selected");
        let context = *nodes.first().expect("the context is there");
        for element in self.context.children() {
            let written = element.attribute("select").expect("a check selects something");
            let name = format!("{} {select} {} {written}", self.file, element.local_name());
            match element.local_name() {
                "valueOf" => {
                    let outcome = self.value_of(&message, element, written, context);
                    checks.push(Check { name, outcome });
                }
                "test" => {
                    let selected = self.select(&message, element, written, context);
                    let first = selected.as_ref().ok().and_then(|nodes| nodes.first().copied());
                    checks.push(Check { name: name.clone(), outcome: counted(element, selected) });
                    for inner in element.children() {
                        let written = inner.attribute("select").expect("a check selects something");
                        let outcome = match first {
                            Some(node) => self.value_of(&message, inner, written, node),
                            None => Err("there is no node to look at".to_owned()),
                        };
                        checks.push(Check { name: format!("{name} valueOf {written}"), outcome });
                    }
                }
                other => panic!("the table has a new kind of check: {other}"),
            }
        }
    }

    fn select<'m>(
        &self,
        message: &'m Message,
        element: Element<'_>,
        written: &str,
        node: Node<'m>,
    ) -> Result<NodeSet<'m>, String>
    where
        'a: 'm,
    {
        match evaluate(message, element, written, node)? {
            Object::Nodes(nodes) => Ok(nodes),
            other => Err(format!("no nodes but {other:?}")),
        }
    }

    fn value_of<'m>(
        &self,
        message: &'m Message,
        element: Element<'_>,
        written: &str,
        node: Node<'m>,
    ) -> Result<(), String> {
        let expected = element.text();
        match evaluate(message, element, &format!("string({written})"), node)? {
            Object::Text(found) if found == expected => Ok(()),
            other => Err(format!("{expected:?} expected, {other:?} found")),
        }
    }
}

fn counted(element: Element<'_>, selected: Result<NodeSet<'_>, String>) -> Result<(), String> {
    let fails = element.attribute("exception") == Some("true");
    match (selected, element.attribute("count")) {
        (Err(_), _) if fails => Ok(()),
        (Ok(_), _) if fails => Err("an error was expected".to_owned()),
        (Err(error), _) => Err(error),
        (Ok(nodes), Some(count)) if nodes.len().to_string() != count => {
            Err(format!("{count} nodes expected, {} found", nodes.len()))
        }
        (Ok(_), _) => Ok(()),
    }
}

fn evaluate<'m>(
    message: &'m Message,
    element: Element<'_>,
    written: &str,
    node: Node<'m>,
) -> Result<Object<'m>, String> {
    let namespaces = Namespaces::new(element.namespaces_in_scope().into_iter().filter(|(p, _)| *p != "var"));
    let text = with_scope(written);
    let compiled = Expression::compile(&text, &namespaces).map_err(|problem| problem.message)?;
    // A handful of expressions: leaking them spares a store to borrow results from.
    let expression: &'static Expression = Box::leak(Box::new(compiled.expression));
    let scope = Scope { message, surroundings: &Nothing, parameters: None };
    expression.value_at(scope, node).map_err(|error| error.reason)
}

/// Variables without a prefix do not exist in Synapse: they become properties.
fn with_scope(written: &str) -> Cow<'_, str> {
    let mut text = String::new();
    let mut quote = None;
    for character in written.chars() {
        match (quote, character) {
            (None, '\'' | '"') => quote = Some(character),
            (Some(open), _) if open == character => quote = None,
            _ => {}
        }
        text.push(character);
        if character == '$' && quote.is_none() {
            text.push_str("ctx:");
        }
    }
    if text == written { Cow::Borrowed(written) } else { Cow::Owned(text) }
}

/// No surroundings.
struct Nothing;

impl Surroundings for Nothing {
    fn local_entry(&self, _: &str) -> Option<Cow<'_, str>> {
        None
    }

    fn now(&self) -> jiff::Zoned {
        jiff::Zoned::default()
    }

    fn system_property(&self, _: &str) -> Option<Cow<'_, str>> {
        None
    }
}
