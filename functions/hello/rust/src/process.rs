//! What the operating system says of this process.

use std::{fs, io};

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
        "minorPageFaults": usage.ru_minflt,
        "majorPageFaults": usage.ru_majflt,
        "voluntaryContextSwitches": usage.ru_nvcsw,
        "involuntaryContextSwitches": usage.ru_nivcsw,
        "aliveTasks": tokio::runtime::Handle::try_current().map_or(0, |handle| handle.metrics().num_alive_tasks()),
    })
}

/// The peak of this program alone, or nothing where it cannot be read. The
/// ru_maxrss of getrusage outlives exec on Linux, and so would show a larger
/// program that started this one.
pub fn max_resident_bytes() -> Option<u64> {
    peak_in(&fs::read_to_string("/proc/self/status").ok()?)
}

fn peak_in(status: &str) -> Option<u64> {
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = peak.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kib * 1024)
}

fn usage() -> libc::rusage {
    // SAFETY: rusage is plain numbers, for which zeros are a value.
    let mut usage = unsafe { std::mem::zeroed() };
    // SAFETY: the pointer is valid for the call, which cannot fail with RUSAGE_SELF.
    unsafe { libc::getrusage(libc::RUSAGE_SELF, &mut usage) };
    usage
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_peak_or_nothing() {
        for (name, status, want) in [
            ("among other lines", "Name:\thello\nVmHWM:\t    1234 kB\nVmRSS:\t    1000 kB\n", Some(1234 * 1024)),
            ("no such line", "Name:\thello\nVmRSS:\t    1000 kB\n", None),
            ("no number", "VmHWM:\t kB\n", None),
            ("another unit", "VmHWM:\t 3 MB\n", None),
            ("empty", "", None),
        ] {
            assert_eq!(peak_in(status), want, "{name}");
        }
    }
}
