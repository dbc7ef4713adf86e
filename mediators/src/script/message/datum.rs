//! Values on their way between scripts and the message.

use std::sync::Arc;

use rquickjs::{Ctx, FromJs, IntoJs, Value as JsValue};
use sinew_core::message::Value;

use crate::script::xml::{Fill, Handle, Values};

/// A value that scripts and properties both know.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Datum {
    Null,
    Boolean(bool),
    Number(f64),
    Text(String),
    /// Items of XML.
    Items(Vec<Handle>),
}

impl Datum {
    /// A property as a script sees it.
    pub(super) fn of(value: Option<&Value>, values: &mut Values) -> Result<Self, String> {
        Ok(match value {
            None => Datum::Null,
            Some(Value::Boolean(flag)) => Datum::Boolean(*flag),
            Some(Value::String(text)) => Datum::Text(text.to_string()),
            Some(Value::Integer(number)) => Datum::Number(f64::from(*number)),
            Some(Value::Short(number)) => Datum::Number(f64::from(*number)),
            Some(Value::Float(number)) => Datum::Number(f64::from(*number)),
            Some(Value::Double(number)) => Datum::Number(*number),
            // JavaScript has no other numbers; beyond 2^53 the last digits are lost.
            Some(Value::Long(number)) => Datum::Number(*number as f64),
            Some(Value::Xml(document)) => {
                let root = document.root_element().unwrap_or(document.document_node());
                Datum::Items(vec![values.share(document, root)?])
            }
        })
    }

    /// What a script gives as a property: whole numbers are `INTEGER` or `LONG`, others `DOUBLE`, an element is `OM`.
    pub(super) fn into_value(self, values: &mut Values) -> Result<Option<Value>, String> {
        Ok(Some(match self {
            Datum::Null => return Ok(None),
            Datum::Boolean(flag) => Value::Boolean(flag),
            Datum::Text(text) => Value::from(text),
            Datum::Number(number) => number_value(number),
            Datum::Items(items) => match values.element(&items) {
                Ok(element) => Value::Xml(Arc::clone(&element)),
                Err(_) => Value::from(values.string(&items)?),
            },
        }))
    }

    pub(super) fn into_fill(self) -> Fill {
        match self {
            Datum::Items(items) => Fill::Items(items),
            Datum::Text(text) => Fill::Text(text),
            Datum::Null => Fill::Text("null".to_owned()),
            Datum::Boolean(flag) => Fill::Text(flag.to_string()),
            Datum::Number(number) => Fill::Text(number.to_string()),
        }
    }
}

fn number_value(number: f64) -> Value {
    /// 2^53: up to here every whole number is exact.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if number.fract() != 0.0 || number.abs() > EXACT {
        return Value::Double(number);
    }
    // Whole and within 2^53, so that nothing is cut off.
    let whole = number as i64;
    i32::try_from(whole).map_or(Value::Long(whole), Value::Integer)
}

impl<'js> FromJs<'js> for Datum {
    fn from_js(ctx: &Ctx<'js>, value: JsValue<'js>) -> rquickjs::Result<Self> {
        if value.is_null() || value.is_undefined() {
            return Ok(Datum::Null);
        }
        if value.is_array() {
            return Ok(Datum::Items(Vec::from_js(ctx, value)?));
        }
        match (value.as_bool(), value.as_number()) {
            (Some(flag), _) => Ok(Datum::Boolean(flag)),
            (_, Some(number)) => Ok(Datum::Number(number)),
            _ => Ok(Datum::Text(String::from_js(ctx, value)?)),
        }
    }
}

impl<'js> IntoJs<'js> for Datum {
    fn into_js(self, ctx: &Ctx<'js>) -> rquickjs::Result<JsValue<'js>> {
        match self {
            Datum::Null => Ok(JsValue::new_null(ctx.clone())),
            Datum::Boolean(flag) => flag.into_js(ctx),
            Datum::Number(number) => number.into_js(ctx),
            Datum::Text(text) => text.into_js(ctx),
            Datum::Items(items) => items.into_js(ctx),
        }
    }
}
