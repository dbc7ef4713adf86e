//! Where the services of a balancing endpoint are written: in place, in a file, or in the deployed `loadbalancer.conf`
//! (endpoints.md §7.3, elastic-load-balancer.md §1.11.3).

use std::sync::Arc;

use crate::config::ParseContext;
use crate::config::balancer::{BalancerConfiguration, Variables, read, read_element};
use crate::config::endpoint::ServicesSource;
use crate::config::local_entry::scheme;
use crate::diagnostics::{Diagnostic, Diagnostics, Location, codes};
use crate::xml::Element;

/// What starts the name of a system property that names the file.
const SYSTEM: &str = "$system:";

/// The deployed configuration, and what it was called before 2.0.
const DEPLOYED: [&str; 2] = ["loadbalancer.conf", "loadbalancer.xml"];

/// `<loadBalancerConfig>` in place.
pub(super) fn inline(element: Element<'_>, context: &mut ParseContext<'_>) -> Option<ServicesSource> {
    own(read_element(element, &context.variables()), context)
}

/// The text of `configuration`: a file as a path or `file:` URL, or `$system:NAME` for the file that a variable of the
/// process names. `$system:loadbalancer.conf` without such a variable is the deployed one, and so is a `loadbalancer.conf`
/// that is not where the text says.
pub(super) fn named(
    text: &str,
    location: Location,
    context: &mut ParseContext<'_>,
) -> Option<ServicesSource> {
    let variables = context.variables();
    let path = match text.strip_prefix(SYSTEM) {
        None => text.to_owned(),
        Some(name) => match variables.property(name) {
            Some(path) => path.trim().to_owned(),
            None if DEPLOYED.contains(&name) => return Some(ServicesSource::Deployed { location }),
            None => {
                context.push(
                    Diagnostic::error(
                        codes::ENDPOINT_VALUE_INVALID,
                        format!("the variable \"{name}\" is not set"),
                    )
                    .at(location)
                    .label("names no file")
                    .help(
                        "set the variable in the environment, or write $system:loadbalancer.conf for the deployed one",
                    ),
                );
                return None;
            }
        },
    };
    if let Some(other) = scheme(&path).filter(|scheme| *scheme != "file") {
        context.push(
            Diagnostic::error(
                codes::FILE_UNREADABLE,
                format!("configurations cannot be fetched by {other}: their content would change unseen"),
            )
            .at(location)
            .label("only files are read")
            .help("keep a copy of the file and name it as file:…"),
        );
        return None;
    }
    match context.read(&path) {
        Ok(file) => own(read(&file, &variables), context),
        Err(_) if path.rsplit(['/', '\\']).next() == Some("loadbalancer.conf") => {
            Some(ServicesSource::Deployed { location })
        }
        Err(reason) => {
            context.push(
                Diagnostic::error(codes::FILE_UNREADABLE, format!("cannot read the configuration: {reason}"))
                    .at(location)
                    .label("not read"),
            );
            None
        }
    }
}

fn own(
    (configuration, diagnostics): (Option<BalancerConfiguration>, Diagnostics),
    context: &mut ParseContext<'_>,
) -> Option<ServicesSource> {
    diagnostics.into_vec().into_iter().for_each(|diagnostic| context.push(diagnostic));
    Some(ServicesSource::Own(Arc::new(configuration?)))
}
