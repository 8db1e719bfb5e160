//! What the operating system says of this process.

use std::io;

use serde_json::{json, Value};

pub fn random_bytes() -> io::Result<[u8; 16]> {
    let mut bytes = [0u8; 16];
    // SAFETY: the pointer and the length describe `bytes`, which outlives the call.
    let got = unsafe { libc::getrandom(bytes.as_mut_ptr().cast(), bytes.len(), 0) };
    if got != bytes.len() as isize {
        return Err(io::Error::last_os_error());
    }
    Ok(bytes)
}

/// The user and system time of the whole process.
pub fn cpu_ms() -> f64 {
    let usage = usage();
    let ms = |time: libc::timeval| time.tv_sec as f64 * 1e3 + time.tv_usec as f64 / 1e3;
    ms(usage.ru_utime) + ms(usage.ru_stime)
}

/// Rust has no collector and no heap of its own to report: these are the
/// process's numbers, and the scheduler's of the asynchronous runtime.
pub fn metrics() -> Value {
    let usage = usage();
    json!({
        "maxResidentBytes": usage.ru_maxrss * 1024, // Linux counts in KiB
        "minorPageFaults": usage.ru_minflt,
        "majorPageFaults": usage.ru_majflt,
        "voluntaryContextSwitches": usage.ru_nvcsw,
        "involuntaryContextSwitches": usage.ru_nivcsw,
        "aliveTasks": tokio::runtime::Handle::try_current().map_or(0, |handle| handle.metrics().num_alive_tasks()),
    })
}

fn usage() -> libc::rusage {
    // SAFETY: rusage is plain numbers, for which zeros are a value.
    let mut usage = unsafe { std::mem::zeroed() };
    // SAFETY: the pointer is valid for the call, which cannot fail with RUSAGE_SELF.
    unsafe { libc::getrusage(libc::RUSAGE_SELF, &mut usage) };
    usage
}
