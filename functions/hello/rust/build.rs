//! Tells the program which compiler made it: Rust has no runtime to ask.

use std::{env, process::Command};

fn main() {
    let compiler = env::var("RUSTC").expect("cargo sets RUSTC");
    let output = Command::new(&compiler).arg("--version").output().expect("run rustc --version");
    let text = String::from_utf8_lossy(&output.stdout); // rustc 1.95.0 (59807616e 2026-04-14)
    let version = text.split_whitespace().nth(1).expect("rustc --version names its version");
    println!("cargo::rustc-env=RUSTC_VERSION={version}");
    println!("cargo::rerun-if-changed=build.rs");
}
