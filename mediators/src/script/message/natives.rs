//! The functions that the prelude calls, by name.
//!
//! None of them calls back into a script: the engine measures its stack from the innermost call that came from outside.

use rquickjs::{Ctx, Function, Object};

use super::datum::Datum;
use super::{Desk, Shared};
use crate::script::xml::{Fill, Handle};

/// Defines functions on an object: what each does with the desk, given its arguments.
macro_rules! natives {
    ($ctx:expr, $shared:expr, $object:expr; $($name:literal => |$desk:ident $(, $argument:ident: $type:ty)*| $body:expr;)*) => {
        $({
            let shared = $shared.clone();
            let function = move |ctx: Ctx<'js>, $($argument: $type),*| {
                shared.ask(&ctx, move |$desk: &mut Desk| $body)
            };
            $object.set($name, Function::new($ctx.clone(), function)?)?;
        })*
    };
}

/// An object with every function.
pub(in crate::script) fn install<'js>(ctx: &Ctx<'js>, shared: &Shared) -> rquickjs::Result<Object<'js>> {
    let object = Object::new(ctx.clone())?;
    on_the_message(ctx, shared, &object)?;
    on_xml(ctx, shared, &object)?;
    Ok(object)
}

fn on_the_message<'js>(ctx: &Ctx<'js>, shared: &Shared, object: &Object<'js>) -> rquickjs::Result<()> {
    natives! { ctx, shared, object;
        "payload" => |desk| desk.payload();
        "setPayload" => |desk, items: Vec<Handle>| desk.set_payload(&items);
        "json" => |desk| desk.json();
        "setJson" => |desk, json: String| { desk.set_json(&json); Ok(()) };
        "envelope" => |desk| desk.envelope();
        "addHeader" => |desk, must_understand: bool, items: Vec<Handle>| desk.add_header(must_understand, &items);
        "property" => |desk, name: String, scope: String| desk.property(&name, &scope);
        "setProperty" => |desk, name: String, value: Datum, scope: String| desk.set_property(&name, value, &scope);
        "removeProperty" => |desk, name: String, scope: String| desk.remove_property(&name, &scope);
        "address" => |desk, field: String| Ok(desk.address(&field)?.map_or(Datum::Null, Datum::Text));
        "setAddress" => |desk, field: String, address: Option<String>| desk.set_address(&field, address);
        "messageId" => |desk| Ok(desk.message.message_id().to_string());
        "setMessageId" => |desk, id: String| { desk.message.set_message_id(id); Ok(()) };
        "isResponse" => |desk| Ok(desk.message.is_response());
        "setResponse" => |desk, response: bool| { desk.set_response(response); Ok(()) };
        "isFault" => |desk| Ok(desk.is_fault());
        "isRest" => |desk| Ok(desk.message.is_rest());
        "method" => |desk| Ok(desk.message.method().to_string());
        "format" => |desk| Ok(desk.message.format_word());
        "entry" => |desk, key: String| {
            let text = desk.environment.local_entry(&key).map(|text| text.into_owned());
            Ok(text.map_or(Datum::Null, Datum::Text))
        };
        "log" => |desk, level: String, text: String| { desk.log(&level, text); Ok(()) };
        "failed" => |desk, message: String, stack: String| { desk.failure = Some((message, stack)); Ok(()) };
    }
    Ok(())
}

fn on_xml<'js>(ctx: &Ctx<'js>, shared: &Shared, object: &Object<'js>) -> rquickjs::Result<()> {
    natives! { ctx, shared, object;
        "literal" => |desk, number: usize, fills: Vec<Datum>| {
            let program = desk.program.clone();
            let literal = program.literals.get(number).ok_or("there is no such literal")?;
            let fills: Vec<Fill> = fills.into_iter().map(Datum::into_fill).collect();
            desk.values.literal(literal, &fills)
        };
        "parse" => |desk, text: String, list: bool| desk.values.parse(&text, list);
        "copy" => |desk, items: Vec<Handle>| desk.values.copy(&items);
        "select" => |desk, items: Vec<Handle>, key: String| desk.values.select(&items, &key);
        "texts" => |desk, items: Vec<Handle>| desk.values.texts(&items);
        "parent" => |desk, items: Vec<Handle>| {
            Ok(desk.values.parent(&items)?.map_or(Datum::Null, |parent| Datum::Number(f64::from(parent))))
        };
        "describe" => |desk, items: Vec<Handle>| {
            let it = desk.values.describe(&items)?;
            Ok(vec![it.kind.to_owned(), it.local, it.namespace, it.prefix])
        };
        "isSimple" => |desk, item: Handle| desk.values.is_simple(item);
        "string" => |desk, items: Vec<Handle>| desk.values.string(&items);
        "markup" => |desk, items: Vec<Handle>| desk.values.markup(&items);
        "assign" => |desk, items: Vec<Handle>, key: String, value: Datum| {
            desk.values.assign(&items, &key, &value.into_fill())
        };
        "remove" => |desk, items: Vec<Handle>, key: String| desk.values.remove(&items, &key);
        "append" => |desk, items: Vec<Handle>, value: Datum| desk.values.append(&items, &value.into_fill());
    }
    Ok(())
}
