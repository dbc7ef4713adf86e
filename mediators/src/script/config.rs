//! What a `<script>` element says.

use std::sync::Arc;

use sinew_core::config::{Attributes, BuildContext, MediatorConfig, NAMESPACE, ParseContext, ResourceKey};
use sinew_core::diagnostics::{Diagnostic, codes, nearest};
use sinew_core::expression::ValueSource;
use sinew_core::mediation::{Action, Needs};
use sinew_core::xml::Element;

use super::program::{Mistake, Program};
use super::run::{FromEntry, Inline};
use super::text::ScriptText;
use crate::parts::{ignore_other_children, written_key};

/// The `script` mediator.
#[derive(Clone, Debug)]
pub(crate) struct Script(Form);

#[derive(Clone, Debug)]
enum Form {
    /// The script stands in the element.
    Inline { program: Arc<Program>, needs: Needs },
    /// A function of a script in a local entry.
    Entry { key: ValueSource, includes: Vec<ValueSource>, function: Arc<str>, written: Vec<ResourceKey> },
}

impl MediatorConfig for Script {
    const ELEMENT: &'static str = "script";
    const TYPE: &'static str = "Script";

    fn parse(element: Element<'_>, context: &mut ParseContext<'_>) -> Option<Self> {
        let mut attributes = Attributes::of(element);
        let language = language(element, &mut attributes, context);
        let key = attributes.optional("key");
        let function = function(element, &mut attributes, context);
        attributes.finish(context);
        language?;
        let form = match key {
            Some(_) => entry(element, function, context),
            None => inline(element, context),
        };
        form.map(Self)
    }

    fn needs(&self) -> Needs {
        match &self.0 {
            Form::Inline { needs, .. } => *needs,
            Form::Entry { .. } => Needs::Payload,
        }
    }

    fn label(&self) -> Option<&str> {
        match &self.0 {
            Form::Inline { .. } => None,
            Form::Entry { function, .. } => Some(function),
        }
    }

    fn build(&self, context: &mut dyn BuildContext) -> Action {
        let artifact = context.address().clone();
        match &self.0 {
            Form::Inline { program, .. } => {
                let script = Inline { program: program.clone(), artifact };
                if program.is_brief {
                    Action::Mediate(Box::new(script))
                } else {
                    Action::Wait(Box::new(script))
                }
            }
            Form::Entry { key, includes, function, written } => {
                written.iter().for_each(|key| context.local_entry(key));
                let sources = includes.iter().chain([key]).cloned().collect();
                Action::Wait(Box::new(FromEntry::new(sources, function.clone(), artifact)))
            }
        }
    }
}

/// Languages that Apache Synapse ran and that do not exist here.
const OTHER_LANGUAGES: [&str; 6] = ["rb", "groovy", "py", "ruby", "python", "jruby"];

/// `language`: JavaScript, by any of its names.
fn language(
    element: Element<'_>,
    attributes: &mut Attributes<'_>,
    context: &mut ParseContext<'_>,
) -> Option<()> {
    let language = attributes.required("language", context)?;
    let problem = match language.trim() {
        "js" | "rhinoJs" | "nashornJs" | "graalJs" | "javascript" => return Some(()),
        other if OTHER_LANGUAGES.contains(&other) => Diagnostic::error(
            codes::MEDIATOR_NOT_SUPPORTED,
            format!("scripts in \"{other}\" are not supported"),
        ),
        other => {
            Diagnostic::error(codes::MEDIATOR_VALUE_INVALID, format!("\"{other}\" is no language of scripts"))
        }
    };
    context.push(
        problem
            .at(element.attribute_location("language"))
            .label("expected js")
            .help("scripts are JavaScript, with the XML literals of E4X"),
    );
    None
}

/// `function`, which needs a `key` (mediators.md case 200); `mediate` if not given.
fn function(
    element: Element<'_>,
    attributes: &mut Attributes<'_>,
    context: &mut ParseContext<'_>,
) -> Option<Arc<str>> {
    let Some(name) = attributes.optional("function") else { return Some("mediate".into()) };
    let name = name.trim();
    let mut letters = name.chars();
    let is_name = letters.next().is_some_and(|first| first.is_alphabetic() || matches!(first, '_' | '$'))
        && letters.all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '$'));
    let problem = if element.attribute("key").is_none() {
        Diagnostic::error(
            codes::ATTRIBUTES_CONFLICT,
            "a function is called only of a script that a key names",
        )
        .label("\"key\" is missing")
    } else if !is_name {
        Diagnostic::error(codes::MEDIATOR_VALUE_INVALID, format!("\"{name}\" cannot name a function"))
            .label("not a name of JavaScript")
    } else {
        return Some(name.into());
    };
    context.push(problem.at(element.attribute_location("function")));
    None
}

/// A script in a local entry.
fn entry(element: Element<'_>, function: Option<Arc<str>>, context: &mut ParseContext<'_>) -> Option<Form> {
    ignore_other_children(element, &["include"], context);
    if !element.text().trim().is_empty() {
        context.push(
            Diagnostic::warning(codes::VALUE_IGNORED, "the key counts; the script beside it is ignored")
                .at(element.text_location())
                .label("has no effect"),
        );
    }
    let key = key(element, context);
    let includes = element.children().filter(|child| child.is(NAMESPACE, "include"));
    let includes: Vec<_> = includes.map(|include| self::key(include, context)).collect();
    let includes: Option<Vec<_>> = includes.into_iter().collect();
    let (includes, (key, own)) = (includes?, key?);
    let (includes, mut written): (Vec<_>, Vec<_>) = includes.into_iter().unzip();
    written.push(own);
    let written = written.into_iter().flatten().collect();
    Some(Form::Entry { key, includes, function: function?, written })
}

/// The key, and where it stands when it is the same for every message.
fn key(element: Element<'_>, context: &mut ParseContext<'_>) -> Option<(ValueSource, Option<ResourceKey>)> {
    Attributes::of(element).required("key", context)?;
    let key = context.value_source(element, "key")?;
    let written = written_key(element, &key);
    Some((key, written))
}

/// A script in the element itself.
fn inline(element: Element<'_>, context: &mut ParseContext<'_>) -> Option<Form> {
    let mut children = element.children().filter(|child| child.local_name() != "description");
    if let Some(child) = children.next() {
        let name = child.local_name();
        let problem = if child.is(NAMESPACE, "include") {
            Diagnostic::error(codes::ATTRIBUTES_CONFLICT, "<include> needs a script that a key names")
                .label("\"key\" is missing in <script>")
        } else {
            Diagnostic::error(
                codes::MEDIATOR_VALUE_INVALID,
                format!("<{name}> here is no part of the script"),
            )
            .label("an element of the configuration, not of the script")
            .help("put the script into <![CDATA[ … ]]>, or write &lt; for <")
        };
        context.push(problem.at(child.name_location()));
        return None;
    }
    let text = ScriptText::of(element);
    if text.text.trim().is_empty() {
        context.push(
            Diagnostic::error(codes::MEDIATOR_VALUE_MISSING, "<script> needs a script or a key")
                .at(element.name_location())
                .label("nothing to run"),
        );
        return None;
    }
    match Program::inline(text) {
        Ok(program) => {
            report_unknown_functions(&program, context);
            let needs = needs(&program);
            Some(Form::Inline { program: Arc::new(program), needs })
        }
        Err(Mistake { location, message, help }) => {
            let problem =
                Diagnostic::error(codes::MEDIATOR_VALUE_INVALID, "the script is not valid JavaScript");
            let problem = problem.at(location).label(message);
            context.push(match help {
                Some(help) => problem.help(help),
                None => problem,
            });
            None
        }
    }
}

/// Functions of `mc` that need the payload, or what only an envelope says.
const READ_PAYLOAD: [&str; 10] = [
    "getPayloadXML",
    "getPayloadJSON",
    "getEnvelopeXML",
    "addHeader",
    "isFaultResponse",
    "isSOAP11",
    "getFrom",
    "getReplyTo",
    "getFaultTo",
    "getRelatesTo",
];

/// Functions of `mc` that replace the payload, and keep an envelope where there is one.
const REPLACE_PAYLOAD: [&str; 2] = ["setPayloadXML", "setPayloadJSON"];

/// Every other function of `mc`.
const OTHER_FUNCTIONS: [&str; 30] = [
    "getProperty",
    "setProperty",
    "removeProperty",
    "getTo",
    "setTo",
    "setFrom",
    "setReplyTo",
    "setFaultTo",
    "getSoapAction",
    "setSoapAction",
    "getWSAAction",
    "setWSAAction",
    "getMessageID",
    "setMessageID",
    "getWSAMessageID",
    "isResponse",
    "setResponse",
    "isDoingREST",
    "isDoingPOX",
    "isDoingGET",
    "getEntry",
    "getLocalEntry",
    "getServiceLog",
    "addAttachment",
    "getAttachment",
    "setAttachment",
    "toString",
    "valueOf",
    "hasOwnProperty",
    "constructor",
];

/// What the script needs of the payload, by the functions that it names.
fn needs(program: &Program) -> Needs {
    let Some((usage, _)) = program.usage() else { return Needs::Payload };
    let uses = |names: &[&str]| usage.functions.iter().any(|(name, _)| names.contains(&name.as_str()));
    if usage.escapes || uses(&READ_PAYLOAD) {
        Needs::Payload
    } else if uses(&REPLACE_PAYLOAD) {
        Needs::PayloadIfReadable
    } else {
        Needs::Nothing
    }
}

/// Warns of functions that `mc` does not have: calling one is a fault.
fn report_unknown_functions(program: &Program, context: &mut ParseContext<'_>) {
    let Some((usage, source)) = program.usage() else { return };
    let known = || READ_PAYLOAD.iter().chain(&REPLACE_PAYLOAD).chain(&OTHER_FUNCTIONS).copied();
    for (name, range) in &usage.functions {
        if known().any(|known| known == name) {
            continue;
        }
        let problem =
            Diagnostic::warning(codes::MEDIATOR_VALUE_INVALID, format!("mc has no function \"{name}\""))
                .at(source.locate(range.clone()))
                .label("using it is a fault");
        context.push(match nearest(name, known()) {
            Some(near) => problem.help(format!("a function with a similar name exists: {near}")),
            None => problem,
        });
    }
}
