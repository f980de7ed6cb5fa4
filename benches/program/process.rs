//! What the kernel knows of a process: CPU time of all its threads, context switches, memory. Linux only.

use std::collections::HashMap;
use std::fs;
use std::time::Duration;

use crate::Result;

/// CPU time and context switches so far, by thread. From `schedstat`, which counts nanoseconds: the clock ticks of `stat` are as
/// long as all the CPU an idle program may take in ten seconds.
pub(crate) struct Usage {
    pub(crate) cpu: Duration,
    pub(crate) switches: u64,
    threads: HashMap<u32, (u64, u64)>,
}

impl Usage {
    pub(crate) fn of(pid: u32) -> Result<Self> {
        let mut threads = HashMap::new();
        for entry in fs::read_dir(format!("/proc/{pid}/task"))? {
            let folder = entry?.path();
            let number = |text: Option<&str>| text.and_then(|text| text.parse::<u64>().ok());
            let stat = fs::read_to_string(folder.join("schedstat"))?;
            let nanoseconds = number(stat.split_whitespace().next()).ok_or("schedstat is not as expected")?;
            let status = fs::read_to_string(folder.join("status"))?;
            let switches = status
                .lines()
                .filter(|line| line.contains("ctxt_switches"))
                .filter_map(|line| number(line.split_whitespace().last()))
                .sum();
            let thread = folder.file_name().and_then(|name| name.to_str()).and_then(|name| name.parse().ok());
            threads.insert(thread.ok_or("a thread without number")?, (nanoseconds, switches));
        }
        Ok(Self::total(threads))
    }

    fn total(threads: HashMap<u32, (u64, u64)>) -> Self {
        let cpu = Duration::from_nanos(threads.values().map(|(cpu, _)| cpu).sum());
        let switches = threads.values().map(|(_, switches)| switches).sum();
        Self { cpu, switches, threads }
    }

    /// What was used since `before`; a thread that ended in between is lost.
    pub(crate) fn since(&self, before: &Self) -> Self {
        let spent = self.threads.iter().map(|(thread, (cpu, switches))| {
            let (old_cpu, old_switches) = before.threads.get(thread).copied().unwrap_or_default();
            (*thread, (cpu - old_cpu, switches - old_switches))
        });
        Self::total(spent.collect())
    }
}

/// Resident memory in MB of 1,000,000 bytes.
pub(crate) struct Memory {
    pub(crate) resident_mb: f64,
    pub(crate) peak_mb: f64,
}

pub(crate) fn memory(pid: u32) -> Result<Memory> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let megabytes = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        line.split_whitespace().next()?.parse::<f64>().ok().map(|kib| kib * 1024.0 / 1e6)
    };
    let memory = megabytes("VmRSS:").zip(megabytes("VmHWM:"));
    let (resident_mb, peak_mb) = memory.ok_or("status is not as expected")?;
    Ok(Memory { resident_mb, peak_mb })
}
