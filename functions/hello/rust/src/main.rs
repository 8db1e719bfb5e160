//! The benchmarked function in Rust, under the contract of functions/CONTRACT.md.

mod event;
mod process;

use std::cell::RefCell;
use std::env;
use std::time::Instant;

use event::{Request, Workload};
use lambda_runtime::{service_fn, Error, LambdaEvent};
use serde_json::{json, Value};
use sha2::{Digest, Sha256};

// An environment serves one invocation at a time: one thread is enough.
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let environment = RefCell::new(Environment::default());
    let environment = &environment;
    lambda_runtime::run(service_fn(|event: LambdaEvent<Value>| async move {
        environment.borrow_mut().handle(&event.payload)
    }))
    .await
}

/// What lasts as long as the execution environment.
#[derive(Default)]
struct Environment {
    /// Drawn in the first invocation: what loading leaves may be restored many times.
    id: String,
    invocation: u64,
}

impl Environment {
    fn handle(&mut self, event: &Value) -> Result<Value, Error> {
        let cpu_at_start = process::cpu_ms();
        let start = Instant::now();
        self.invocation += 1;
        if self.id.is_empty() {
            self.id = hex(&process::random_bytes()?);
        }

        let request = match Request::parse(event) {
            Ok(request) => request,
            Err(error) => return Ok(respond(400, json!({ "error": error.to_string() }))),
        };
        let answer = match request.workload {
            Workload::Hello => String::new(),
            Workload::Sha256 => sha256_chain(request.iterations),
        };
        let mut metrics = process::metrics();

        let wall = start.elapsed();
        let cpu = process::cpu_ms();
        // Reads a file: not the invocation's time.
        if let Some(peak) = process::max_resident_bytes() {
            metrics["maxResidentBytes"] = peak.into();
        }
        Ok(respond(200, json!({
            "message": "Hello, world!",
            "language": "rust",
            "runtimeVersion": env!("RUSTC_VERSION"),
            "architecture": architecture(),
            "environmentId": self.id,
            "invocation": self.invocation,
            "initializationType": env::var("AWS_LAMBDA_INITIALIZATION_TYPE").unwrap_or_default(),
            "functionVersion": env::var("AWS_LAMBDA_FUNCTION_VERSION").unwrap_or_default(),
            "cpuMs": cpu - cpu_at_start,
            "processCpuMs": cpu,
            "wallMs": wall.as_secs_f64() * 1e3,
            "answer": answer,
            "metrics": metrics,
        })))
    }
}

fn respond(status_code: u16, body: Value) -> Value {
    json!({
        "statusCode": status_code,
        "headers": { "content-type": "application/json" },
        "body": body.to_string(),
    })
}

/// The processor in Lambda's words.
fn architecture() -> &'static str {
    match env::consts::ARCH {
        "aarch64" => "arm64",
        other => other,
    }
}

/// Hashes 32 zero bytes, then the hash, and so on.
fn sha256_chain(iterations: u32) -> String {
    let mut block = [0u8; 32];
    for _ in 0..iterations {
        block = Sha256::digest(block).into();
    }
    hex(&block)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_in_a_chain() {
        assert_eq!(sha256_chain(0), "0".repeat(64));
        assert_eq!(sha256_chain(2), "2b32db6c2c0a6235fb1397e8225ea85e0f0e6e8c7b126d0016ccbde0e667151e");
    }

    #[test]
    fn counts_its_invocations() {
        let mut environment = Environment::default();
        assert_eq!(environment.id, "", "drawn before the first invocation");
        environment.handle(&Value::Null).unwrap();
        let first = environment.id.clone();
        let response = environment.handle(&json!({})).unwrap();
        let body: Value = serde_json::from_str(response["body"].as_str().unwrap()).unwrap();
        assert_eq!(body["invocation"], 2);
        assert_eq!(body["environmentId"].as_str().unwrap().len(), 32);
        assert_eq!(body["environmentId"], first);
        assert!(body["metrics"]["maxResidentBytes"].as_f64().unwrap() > 0.0);
    }

    #[test]
    fn refuses_a_bad_event() {
        let response = Environment::default().handle(&json!([])).unwrap();
        assert_eq!(response["statusCode"], 400);
        assert_eq!(response["body"], r#"{"error":"the event must be a JSON object"}"#);
    }
}
