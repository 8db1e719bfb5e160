//! What the function is asked to do.

use std::fmt;

use base64::{engine::general_purpose::STANDARD, Engine};
use serde_json::{Map, Value};

const MAX_ITERATIONS: u32 = 10_000_000;

#[derive(Debug, PartialEq)]
pub enum Workload {
    Hello,
    Sha256,
}

#[derive(Debug, PartialEq)]
pub struct Request {
    pub workload: Workload,
    pub iterations: u32,
}

/// How an event breaks the contract.
#[derive(Debug, PartialEq)]
pub enum BadEvent {
    NotAnObject,
    Workload,
    Iterations,
}

impl fmt::Display for BadEvent {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::NotAnObject => write!(f, "the event must be a JSON object"),
            Self::Workload => write!(f, r#"workload must be "hello" or "sha256""#),
            Self::Iterations => write!(f, "iterations must be a whole number from 0 to {MAX_ITERATIONS}"),
        }
    }
}

impl Request {
    /// Reads the event itself, or the body of an API Gateway proxy event.
    pub fn parse(event: &Value) -> Result<Self, BadEvent> {
        let empty = Map::new();
        let event = object(event, &empty)?;
        if !event.get("requestContext").is_some_and(Value::is_object) {
            return Self::from_fields(event);
        }
        let body = body(event)?;
        Self::from_fields(object(&body, &empty)?)
    }

    fn from_fields(fields: &Map<String, Value>) -> Result<Self, BadEvent> {
        let workload = match fields.get("workload") {
            None | Some(Value::Null) => Workload::Hello,
            Some(Value::String(name)) if name == "hello" => Workload::Hello,
            Some(Value::String(name)) if name == "sha256" => Workload::Sha256,
            Some(_) => return Err(BadEvent::Workload),
        };
        let iterations = match fields.get("iterations") {
            None | Some(Value::Null) => 0,
            Some(value) => whole(value).ok_or(BadEvent::Iterations)?,
        };
        Ok(Self { workload, iterations })
    }
}

fn object<'a>(value: &'a Value, empty: &'a Map<String, Value>) -> Result<&'a Map<String, Value>, BadEvent> {
    match value {
        Value::Null => Ok(empty),
        Value::Object(fields) => Ok(fields),
        _ => Err(BadEvent::NotAnObject),
    }
}

fn body(proxy: &Map<String, Value>) -> Result<Value, BadEvent> {
    let text = match proxy.get("body") {
        None | Some(Value::Null) => return Ok(Value::Null),
        Some(Value::String(text)) if text.is_empty() => return Ok(Value::Null),
        Some(Value::String(text)) => text,
        Some(_) => return Err(BadEvent::NotAnObject),
    };
    let parsed = if proxy.get("isBase64Encoded") == Some(&Value::Bool(true)) {
        serde_json::from_slice(&STANDARD.decode(text).map_err(|_| BadEvent::NotAnObject)?)
    } else {
        serde_json::from_str(text)
    };
    parsed.map_err(|_| BadEvent::NotAnObject)
}

fn whole(value: &Value) -> Option<u32> {
    let number = value.as_f64()?;
    (number.fract() == 0.0 && (0.0..=f64::from(MAX_ITERATIONS)).contains(&number)).then_some(number as u32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn sha256(iterations: u32) -> Result<Request, BadEvent> {
        Ok(Request { workload: Workload::Sha256, iterations })
    }

    #[test]
    fn reads_events() {
        let hello = Ok(Request { workload: Workload::Hello, iterations: 0 });
        let proxy = |body: Value| json!({ "requestContext": {}, "body": body });
        for (name, event, want) in [
            ("nothing", Value::Null, &hello),
            ("empty", json!({}), &hello),
            ("fields of strangers", json!({ "key1": "value1" }), &hello),
            ("null fields", json!({ "workload": null, "iterations": null }), &hello),
            ("whole number with a point", json!({ "workload": "sha256", "iterations": 2.0 }), &sha256(2)),
            ("proxy without body", proxy(Value::Null), &hello),
            ("proxy with empty body", proxy(json!("")), &hello),
            ("proxy with body", proxy(json!(r#"{"workload":"sha256","iterations":3}"#)), &sha256(3)),
            ("proxy with base64", json!({ "requestContext": {}, "body": "e30=", "isBase64Encoded": true }), &hello),
            ("proxy with text", proxy(json!("hello")), &Err(BadEvent::NotAnObject)),
            ("array", json!([]), &Err(BadEvent::NotAnObject)),
            ("unknown workload", json!({ "workload": "md5" }), &Err(BadEvent::Workload)),
            ("workload of another type", json!({ "workload": 1 }), &Err(BadEvent::Workload)),
            ("negative", json!({ "iterations": -1 }), &Err(BadEvent::Iterations)),
            ("fraction", json!({ "iterations": 0.5 }), &Err(BadEvent::Iterations)),
            ("text", json!({ "iterations": "1" }), &Err(BadEvent::Iterations)),
            ("too many", json!({ "iterations": 10_000_001 }), &Err(BadEvent::Iterations)),
        ] {
            assert_eq!(Request::parse(&event), *want, "{name}");
        }
    }
}
