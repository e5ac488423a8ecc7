//! What the machine has to give, and what is given.

use crate::stage::{Cpus, GpuShare, Gpus, Granted, Resources};

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
    cpus: u32,
    memory_mib: u64,
    /// In the order of their numbers.
    devices: Vec<Device>,
}

/// One GPU.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Device {
    number: u32,
    /// In thousandths of the device.
    free: u16,
}

/// What an action holds while it runs.
#[derive(Debug, Clone)]
pub(super) struct Lease {
    pub(super) granted: Granted,
    memory_mib: u64,
}

impl Pool {
    pub(super) fn new(total: Capacity) -> Self {
        let mut numbers = total.gpus.clone();
        numbers.sort_unstable();
        numbers.dedup();
        let free = GpuShare::WHOLE.thousandths();
        let devices = numbers.into_iter().map(|number| Device { number, free }).collect();
        Self { cpus: total.cpus, memory_mib: total.memory_mib, devices, total }
    }

    /// Takes what an action asks for, if it is free. A request larger than the machine is served
    /// when everything is free.
    pub(super) fn take(&mut self, wanted: Resources) -> Option<Lease> {
        let cpus = match wanted.cpus {
            Cpus::Count(count) => count.clamp(1, self.total.cpus.max(1)),
            Cpus::All => self.total.cpus.max(1),
        };
        let memory_mib = wanted.memory_mib.min(self.total.memory_mib);
        if cpus > self.cpus.max(u32::from(self.total.cpus == 0)) || memory_mib > self.memory_mib {
            return None;
        }
        let (gpus, gpu_share) = self.take_gpus(wanted.gpus)?;
        self.cpus = self.cpus.saturating_sub(cpus);
        self.memory_mib -= memory_mib;
        Some(Lease { granted: Granted { cpus, gpus, gpu_share }, memory_mib })
    }

    /// The numbers of the devices and how much of each.
    fn take_gpus(&mut self, wanted: Gpus) -> Option<(Vec<u32>, GpuShare)> {
        // Without devices the action makes do with CPUs.
        let (count, share) = match wanted {
            Gpus::Devices(count) => (count as usize, GpuShare::WHOLE),
            Gpus::Share(_) if self.devices.is_empty() => (0, GpuShare::WHOLE),
            Gpus::Share(share) => (1, share),
        };
        let count = count.min(self.devices.len());
        let needed = share.thousandths();
        let fits = |device: &&mut Device| device.free >= needed;
        let mut fitting: Vec<&mut Device> = self.devices.iter_mut().filter(fits).collect();
        // The fullest first, so that whole devices stay free for those who need one. Of equals the
        // lowest number: the order is kept.
        fitting.sort_by_key(|device| device.free);
        let taken = fitting.get_mut(..count)?;
        let mut numbers = Vec::with_capacity(count);
        for device in taken {
            device.free -= needed;
            numbers.push(device.number);
        }
        Some((numbers, share))
    }

    /// Whether nothing can start before something is given back: every action needs a CPU slot.
    pub(super) fn is_used_up(&self) -> bool {
        self.total.cpus > 0 && self.cpus == 0
    }

    pub(super) fn give_back(&mut self, lease: Lease) {
        let Granted { cpus, gpus, gpu_share } = lease.granted;
        self.cpus = (self.cpus + cpus).min(self.total.cpus);
        self.memory_mib += lease.memory_mib;
        for device in self.devices.iter_mut().filter(|device| gpus.contains(&device.number)) {
            device.free += gpu_share.thousandths();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn pool() -> Pool {
        Pool::new(Capacity { cpus: 2, memory_mib: 1000, gpus: vec![0, 1] })
    }

    fn wanted(cpus: Cpus, memory_mib: u64, gpus: u32) -> Resources {
        Resources { cpus, memory_mib, gpus: Gpus::Devices(gpus) }
    }

    /// A pool in which only GPUs can run short.
    fn devices(gpus: &[u32]) -> Pool {
        Pool::new(Capacity { cpus: 100, memory_mib: 100_000, gpus: gpus.to_vec() })
    }

    /// One CPU and so much of GPUs.
    fn gpus(number: f64) -> Resources {
        Resources { gpus: Gpus::new(number).unwrap(), ..Resources::default() }
    }

    /// The number of the device of which a share is given.
    fn place(pool: &mut Pool, share: f64) -> Option<u32> {
        let lease = pool.take(gpus(share))?;
        assert_eq!(lease.granted.gpu_share, GpuShare::new(share).unwrap());
        let [number] = lease.granted.gpus[..] else { panic!("{lease:?}") };
        Some(number)
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
        assert_eq!(lease.granted, Granted { gpus: vec![0, 1], ..Granted::cpus_only(2) });
    }

    #[test]
    fn quarters_and_thirds_fit_exactly() {
        for (share, count) in [(0.25, 4), (0.333, 3), (1.0 / 3.0, 3), (0.1, 10), (0.6, 1)] {
            let mut pool = devices(&[0]);
            for _ in 0..count {
                assert_eq!(place(&mut pool, share), Some(0), "{count} of {share}");
            }
            assert_eq!(place(&mut pool, share), None, "{count} of {share} and one more");
        }
    }

    #[test]
    fn shares_go_where_they_leave_whole_devices_free() {
        let mut pool = devices(&[0, 1, 2]);
        assert_eq!(place(&mut pool, 0.5), Some(0));
        // 0.5 is left of device 0: 0.6 does not fit there.
        assert_eq!(place(&mut pool, 0.6), Some(1));
        // 0.5 and 0.4 are left: the fullest with room is device 1.
        assert_eq!(place(&mut pool, 0.3), Some(1));
        assert_eq!(place(&mut pool, 0.3), Some(0));
        // 0.2, 0.1 and 1 are left.
        let whole = pool.take(gpus(1.0)).unwrap();
        assert_eq!(
            (whole.granted.gpus.as_slice(), whole.granted.gpu_share),
            (&[2][..], GpuShare::WHOLE)
        );
        assert!(
            pool.take(gpus(1.0)).is_none(),
            "a device of which a part is in use is no whole one"
        );
        assert_eq!(place(&mut pool, 0.3), None);
        pool.give_back(whole);
        assert_eq!(place(&mut pool, 0.3), Some(2));
    }

    #[test]
    fn nothing_is_taken_when_something_else_is_missing() {
        let mut pool = Pool::new(Capacity { cpus: 1, memory_mib: 1000, gpus: vec![0] });
        let lease = pool.take(gpus(0.5)).unwrap();
        assert!(pool.take(gpus(0.5)).is_none(), "cpus");
        pool.give_back(lease);
        assert_eq!(pool.take(gpus(1.0)).unwrap().granted.gpus, [0]);
    }

    #[test]
    fn without_devices_a_share_is_nothing() {
        let lease = devices(&[]).take(gpus(0.25)).unwrap();
        assert_eq!(lease.granted, Granted::cpus_only(1));
    }

    /// What an action asks for of GPUs, in thousandths of one or in whole ones.
    fn request() -> impl Strategy<Value = Resources> {
        let share = (1..=999_u32).prop_map(|thousandths| f64::from(thousandths) / 1000.0);
        prop_oneof![4 => share, 1 => (0..=3_u32).prop_map(f64::from)].prop_map(gpus)
    }

    proptest! {
        /// Whatever is taken and given back in whatever order, no device gives more than it has,
        /// and in the end all of it is there again.
        #[test]
        fn no_device_is_given_twice(
            requests in prop::collection::vec((request(), any::<prop::sample::Index>(), any::<bool>()), 1..60)
        ) {
            let mut pool = devices(&[0, 3, 7]);
            let fresh = pool.devices.clone();
            let mut leases: Vec<Lease> = Vec::new();
            for (request, which, give) in requests {
                if give && !leases.is_empty() {
                    let at = which.index(leases.len());
                    pool.give_back(leases.swap_remove(at));
                }
                leases.extend(pool.take(request));
                let mut used: BTreeMap<u32, u32> = BTreeMap::new();
                for Granted { gpus, gpu_share, .. } in leases.iter().map(|lease| &lease.granted) {
                    for number in gpus {
                        *used.entry(*number).or_default() += u32::from(gpu_share.thousandths());
                    }
                }
                prop_assert!(used.values().all(|used| *used <= 1000), "{used:?}");
                for device in &pool.devices {
                    let used = used.get(&device.number).copied().unwrap_or_default();
                    prop_assert_eq!(used + u32::from(device.free), 1000);
                }
            }
            for lease in leases {
                pool.give_back(lease);
            }
            prop_assert_eq!(pool.devices, fresh);
        }
    }
}
