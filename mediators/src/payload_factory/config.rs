//! What a `<payloadFactory>` element says.

use std::sync::{Arc, OnceLock};

use sinew_core::config::{Attributes, BuildContext, MediatorConfig, NAMESPACE, ParseContext};
use sinew_core::diagnostics::{Diagnostic, Location, Span, codes};
use sinew_core::mediation::{Action, Needs};
use sinew_core::xml::Element;

use super::argument::Argument;
use super::format::{EntryFormat, Format, MediaType, Template};
use super::json::JsonTemplate;
use super::placeholders::{Dangling, Pattern};
use super::run::Factory;
use super::xml::XmlTemplate;
use crate::parts::{ignore_other_children, written_key};

/// The `payloadFactory` mediator.
#[derive(Clone, Debug)]
pub(crate) struct PayloadFactory(Arc<Definition>);

/// Everything the element says.
#[derive(Debug)]
pub(super) struct Definition {
    pub(super) format: Format,
    pub(super) arguments: Vec<Argument>,
}

impl MediatorConfig for PayloadFactory {
    const ELEMENT: &'static str = "payloadFactory";
    const TYPE: &'static str = "PayloadFactory";

    fn parse(element: Element<'_>, context: &mut ParseContext<'_>) -> Option<Self> {
        let mut attributes = Attributes::of(element);
        let media_type = match attributes.optional("media-type") {
            None => Some(MediaType::Xml),
            Some(_) => attributes.parsed("media-type", "xml, json or text", context),
        };
        let template_type = template_type(element, &mut attributes, context);
        // Text is always escaped as its place asks for.
        attributes.pass_over(&["escapeXmlChars"]);
        attributes.finish(context);
        ignore_other_children(element, &["format", "args"], context);
        let arguments = arguments(element, context);
        // Which placeholders lack an argument is only known when every argument is.
        let count = arguments.as_ref().map_or(usize::MAX, Vec::len);
        let format = format(element, media_type?, count, context);
        template_type?;
        Some(Self(Arc::new(Definition { format: format?, arguments: arguments? })))
    }

    fn needs(&self) -> Needs {
        Needs::Payload
    }

    fn build(&self, context: &mut dyn BuildContext) -> Action {
        if let Format::Entry(entry) = &self.0.format {
            entry.written.iter().for_each(|key| context.local_entry(key));
        }
        Action::Mediate(Box::new(Factory(self.0.clone())))
    }
}

fn template_type(
    element: Element<'_>,
    attributes: &mut Attributes<'_>,
    context: &mut ParseContext<'_>,
) -> Option<()> {
    match attributes.optional("template-type") {
        None | Some("default") => Some(()),
        Some(word) if word.eq_ignore_ascii_case("freemarker") => {
            context.push(
                Diagnostic::error(codes::MEDIATOR_NOT_SUPPORTED, "FreeMarker formats are not supported yet")
                    .at(element.attribute_location("template-type"))
                    .label("not supported yet"),
            );
            None
        }
        Some(word) => {
            let message = format!("\"{word}\" is not allowed here");
            attributes.invalid("template-type", message, "default or freemarker", context);
            None
        }
    }
}

/// The arguments in order; `None` when one of them is wrong.
fn arguments(element: Element<'_>, context: &mut ParseContext<'_>) -> Option<Vec<Argument>> {
    let Some(list) = element.child(NAMESPACE, "args") else { return Some(Vec::new()) };
    ignore_other_children(list, &["arg"], context);
    let arguments = list.children().filter(|child| child.is(NAMESPACE, "arg"));
    let parsed: Vec<_> = arguments.map(|argument| Argument::parse(argument, context)).collect();
    parsed.into_iter().collect()
}

fn format(
    element: Element<'_>,
    media_type: MediaType,
    arguments: usize,
    context: &mut ParseContext<'_>,
) -> Option<Format> {
    let Some(format) = element.child(NAMESPACE, "format") else {
        context.push(
            Diagnostic::error(codes::CHILD_MISSING, "<payloadFactory> needs a <format>")
                .at(element.name_location())
                .label("<format> is missing"),
        );
        return None;
    };
    let mut attributes = Attributes::of(format);
    let keyed = attributes.optional("key").is_some();
    attributes.finish(context);
    if keyed {
        let key = context.value_source(format, "key")?;
        let written = written_key(format, &key);
        return Some(Format::Entry(EntryFormat {
            key,
            written,
            media_type,
            arguments,
            cache: OnceLock::new(),
        }));
    }
    match media_type {
        MediaType::Xml => xml_format(format, arguments, context),
        MediaType::Json | MediaType::Text => text_format(format, media_type, arguments, context),
    }
}

/// JSON and text are written as text.
fn text_format(
    format: Element<'_>,
    media_type: MediaType,
    arguments: usize,
    context: &mut ParseContext<'_>,
) -> Option<Format> {
    ignore_other_children(format, &[], context);
    let (text, place) = (format.text(), format.text_location());
    refuse_computed_places(&text, place.clone(), context)?;
    let mut dangling = Vec::new();
    let template = match media_type {
        MediaType::Json => match JsonTemplate::parse(&text, arguments, &mut dangling) {
            Ok(template) => Template::Json(template),
            Err(error) => {
                // The place it names is one in the text with marks in it.
                let reason = error.to_string();
                let reason = reason.split(" at line ").next().unwrap_or_default();
                context.push(
                    Diagnostic::error(codes::MEDIATOR_VALUE_INVALID, "the format is no JSON")
                        .at(place)
                        .label(reason)
                        .help("places such as $1 can stand inside strings, or where JSON wants a value"),
                );
                return None;
            }
        },
        _ => Template::Text(Pattern::parse(&text, arguments, &mut dangling)),
    };
    for one in dangling {
        report_dangling(&one, place.clone(), arguments, context);
    }
    Some(Format::Inline(template))
}

fn xml_format(format: Element<'_>, arguments: usize, context: &mut ParseContext<'_>) -> Option<Format> {
    if format.children().next().is_none() {
        context.push(
            Diagnostic::error(codes::CHILD_MISSING, "<format> needs an element inside")
                .at(format.name_location())
                .label("nothing to make a payload of")
                .help("formats that are text need media-type=\"text\" or \"json\""),
        );
        return None;
    }
    refuse_computed_places(&format.string_value(), format.full_location(), context)?;
    let elements = format.children().map(|element| element.node());
    let mut dangling = Vec::new();
    let template = XmlTemplate::new(format.document(), elements, arguments, &mut dangling);
    for (one, span) in dangling {
        report_dangling(&one, format.locate(span), arguments, context);
    }
    Some(Format::Inline(Template::Xml(Box::new(template))))
}

/// Placeholders without an argument stay as they are (case 131). They are shown where they stand in `text`.
fn report_dangling(dangling: &Dangling, text: Location, arguments: usize, context: &mut ParseContext<'_>) {
    let message = format!("there is no argument for {dangling}; it stays in the payload as it is");
    let label = match arguments {
        0 => "there are no arguments".to_owned(),
        1 => "there is one argument".to_owned(),
        several => format!("there are {several} arguments"),
    };
    let Location { file, span } = text;
    let written = file.text().get(span.start as usize..span.end as usize).unwrap_or_default();
    let offset = |at: usize| span.start.saturating_add(u32::try_from(at).unwrap_or(u32::MAX));
    let exact = written.find(&**dangling).map(|at| Span::new(offset(at), offset(at + dangling.len())));
    let place = Location::new(file, exact.unwrap_or(span));
    context.push(Diagnostic::warning(codes::MEDIATOR_VALUE_MISSING, message).at(place).label(label));
}

/// `${expression}` in a format is an expression of the WSO2 fork.
fn refuse_computed_places(text: &str, place: Location, context: &mut ParseContext<'_>) -> Option<()> {
    if !text.contains("${") {
        return Some(());
    }
    context.push(
        Diagnostic::error(codes::EXPRESSION_NOT_SUPPORTED, "${…} in a format is not supported yet")
            .at(place)
            .label("contains ${…}")
            .help("write $1 and an <arg expression=\"…\"/>"),
    );
    None
}
