//! What the machine has to give, and what is given.

use crate::stage::{Cpus, Granted, Resources};

/// What actions may use together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capacity {
    /// CPU slots.
    pub cpus: u32,
    /// Memory in MiB.
    pub memory_mib: u64,
    /// Device numbers of the GPUs.
    pub gpus: Vec<u32>,
}

/// Keeps count of what is free.
#[derive(Debug)]
pub(super) struct Pool {
    total: Capacity,
    free: Capacity,
}

/// What an action holds while it runs.
#[derive(Debug, Clone)]
pub(super) struct Lease {
    pub(super) granted: Granted,
    memory_mib: u64,
}

impl Pool {
    pub(super) fn new(total: Capacity) -> Self {
        Self { free: total.clone(), total }
    }

    /// Takes what an action asks for, if it is free. A request larger than the machine is served
    /// when everything is free.
    pub(super) fn take(&mut self, wanted: Resources) -> Option<Lease> {
        let cpus = match wanted.cpus {
            Cpus::Count(count) => count.clamp(1, self.total.cpus.max(1)),
            Cpus::All => self.total.cpus.max(1),
        };
        let memory_mib = wanted.memory_mib.min(self.total.memory_mib);
        let gpus = (wanted.gpus as usize).min(self.total.gpus.len());
        if cpus > self.free.cpus.max(u32::from(self.total.cpus == 0))
            || memory_mib > self.free.memory_mib
            || gpus > self.free.gpus.len()
        {
            return None;
        }
        self.free.cpus = self.free.cpus.saturating_sub(cpus);
        self.free.memory_mib -= memory_mib;
        let gpus = self.free.gpus.drain(..gpus).collect();
        Some(Lease { granted: Granted { cpus, gpus }, memory_mib })
    }

    /// Whether nothing can start before something is given back: every action needs a CPU slot.
    pub(super) fn is_used_up(&self) -> bool {
        self.total.cpus > 0 && self.free.cpus == 0
    }

    pub(super) fn give_back(&mut self, lease: Lease) {
        self.free.cpus = (self.free.cpus + lease.granted.cpus).min(self.total.cpus);
        self.free.memory_mib += lease.memory_mib;
        self.free.gpus.extend(lease.granted.gpus);
        self.free.gpus.sort_unstable();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pool() -> Pool {
        Pool::new(Capacity { cpus: 2, memory_mib: 1000, gpus: vec![0, 1] })
    }

    fn wanted(cpus: Cpus, memory_mib: u64, gpus: u32) -> Resources {
        Resources { cpus, memory_mib, gpus }
    }

    #[test]
    fn never_gives_more_than_there_is() {
        let mut pool = pool();
        let first = pool.take(wanted(Cpus::Count(1), 600, 1)).unwrap();
        assert!(pool.take(wanted(Cpus::Count(1), 600, 0)).is_none(), "memory");
        assert!(pool.take(wanted(Cpus::All, 1, 0)).is_none(), "cpus");
        let second = pool.take(wanted(Cpus::Count(1), 400, 1)).unwrap();
        assert_ne!(first.granted.gpus, second.granted.gpus);
        pool.give_back(first);
        pool.give_back(second);
        assert_eq!(pool.take(wanted(Cpus::All, 1000, 2)).unwrap().granted.gpus, [0, 1]);
    }

    #[test]
    fn a_request_larger_than_the_machine_gets_the_machine() {
        let mut pool = pool();
        let lease = pool.take(wanted(Cpus::Count(64), 1_000_000, 8)).unwrap();
        assert_eq!(lease.granted, Granted { cpus: 2, gpus: vec![0, 1] });
    }
}
