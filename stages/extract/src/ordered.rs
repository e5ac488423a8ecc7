//! Work in parallel, results in order.

use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Makes things on several threads and takes each as soon as all before it have been taken.
///
/// No thread waits for the others to finish a round: whoever is done begins the next thing. At most
/// `2 * threads` things exist at a time, the ones being made and the one being taken included, so
/// memory does not grow with their number. Of several errors the one of the first thing is returned,
/// whatever thread was faster.
///
/// `take` runs on one thread at a time, between two makings of that thread.
pub(crate) fn in_order<T: Send, E: Send>(
    count: usize,
    threads: usize,
    make: impl Fn(usize) -> Result<T, E> + Sync,
    take: impl FnMut(T) -> Result<(), E> + Send,
) -> Result<(), E> {
    let threads = threads.clamp(1, count.max(1));
    let queue = Queue {
        count,
        ahead: 2 * threads,
        state: Mutex::new(State {
            begun: 0,
            taken: 0,
            taking: false,
            ready: BTreeMap::new(),
            failed: None,
            stopped: false,
        }),
        changed: Condvar::new(),
    };
    let take = Mutex::new(take);
    std::thread::scope(|scope| {
        let others: Vec<_> =
            (1..threads).map(|_| scope.spawn(|| queue.work(&make, &take))).collect();
        queue.work(&make, &take);
        for other in others {
            // With its own message, not with that of the scope.
            other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        }
    });
    let state = queue.state.into_inner().unwrap_or_else(PoisonError::into_inner);
    state.failed.map_or(Ok(()), |(_, error)| Err(error))
}

struct Queue<T, E> {
    count: usize,
    /// How far making may be ahead of taking.
    ahead: usize,
    state: Mutex<State<T, E>>,
    changed: Condvar,
}

struct State<T, E> {
    /// How many have been begun; they are begun in order.
    begun: usize,
    /// How many have been taken.
    taken: usize,
    /// Whether a thread is taking.
    taking: bool,
    ready: BTreeMap<usize, T>,
    /// The first thing that failed, and how.
    failed: Option<(usize, E)>,
    /// Nothing more is begun.
    stopped: bool,
}

impl<T, E> State<T, E> {
    fn fail(&mut self, index: usize, error: E) {
        self.stopped = true;
        if self.failed.as_ref().is_none_or(|(first, _)| index < *first) {
            self.failed = Some((index, error));
        }
    }
}

impl<T, E> Queue<T, E> {
    fn lock(&self) -> MutexGuard<'_, State<T, E>> {
        // Nothing panics while holding the lock; if it did, the scope would pass the panic on.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn work(
        &self,
        make: &impl Fn(usize) -> Result<T, E>,
        take: &Mutex<impl FnMut(T) -> Result<(), E>>,
    ) {
        // A thread that panics must not leave the others waiting for what it was to make.
        let stop = StopOnPanic(self);
        while let Some(index) = self.begin() {
            let made = make(index);
            let mut state = self.lock();
            match made {
                Ok(thing) => {
                    state.ready.insert(index, thing);
                    self.take_ready(state, take);
                }
                Err(error) => state.fail(index, error),
            }
            self.changed.notify_all();
        }
        std::mem::forget(stop);
    }

    /// The next thing to make, once it is not too far ahead; none when there is nothing left to do.
    fn begin(&self) -> Option<usize> {
        let mut state = self.lock();
        loop {
            if state.stopped || state.begun == self.count {
                return None;
            }
            if state.begun < state.taken + self.ahead {
                state.begun += 1;
                return Some(state.begun - 1);
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Takes everything whose turn it is, unless another thread is at it.
    fn take_ready<'a>(
        &'a self,
        mut state: MutexGuard<'a, State<T, E>>,
        take: &Mutex<impl FnMut(T) -> Result<(), E>>,
    ) {
        // Nothing is taken after what failed.
        let over = state.failed.as_ref().is_some_and(|(first, _)| *first < state.taken);
        if state.taking || over {
            return;
        }
        state.taking = true;
        let mut take = take.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let index = state.taken;
            let Some(thing) = state.ready.remove(&index) else { break };
            drop(state);
            let taken = take(thing);
            state = self.lock();
            state.taken += 1;
            if let Err(error) = taken {
                state.fail(index, error);
                break;
            }
            self.changed.notify_all();
        }
        state.taking = false;
    }
}

struct StopOnPanic<'a, T, E>(&'a Queue<T, E>);

impl<T, E> Drop for StopOnPanic<'_, T, E> {
    fn drop(&mut self) {
        self.0.lock().stopped = true;
        self.0.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use proptest::prelude::*;

    /// Work of uneven length.
    fn work(index: usize) -> usize {
        let rounds = index * 7919 % 13 * 500;
        std::hint::black_box((0..rounds).fold(index, |a, b| a ^ b.rotate_left(3)));
        index
    }

    proptest! {
        #[test]
        fn everything_is_taken_once_and_in_order(count in 0usize..60, threads in 1usize..6) {
            let mut taken = Vec::new();
            let result: Result<(), ()> =
                in_order(count, threads, |i| Ok(work(i)), |i| { taken.push(i); Ok(()) });
            prop_assert_eq!(result, Ok(()));
            prop_assert_eq!(taken, (0..count).collect::<Vec<_>>());
        }

        #[test]
        fn the_first_failure_is_reported(
            first in 0usize..30, more in 0usize..10, threads in 1usize..6,
        ) {
            let fails = |i: usize| i == first || (i > first && (i - first).is_multiple_of(more + 1));
            let mut taken = Vec::new();
            let made = in_order(
                40,
                threads,
                |i| if fails(i) { Err(i) } else { Ok(work(i)) },
                |i| { taken.push(i); Ok(()) },
            );
            prop_assert_eq!(made, Err(first));
            prop_assert!(taken.len() <= first && taken.iter().copied().eq(0..taken.len()));
            let mut taken = Vec::new();
            let take = |i: usize| {
                taken.push(i);
                if fails(i) { Err(i) } else { Ok(()) }
            };
            prop_assert_eq!(in_order(40, threads, |i| Ok(work(i)), take), Err(first));
            prop_assert!(taken.iter().copied().eq(0..=first));
        }

        #[test]
        fn what_exists_at_a_time_is_bounded(threads in 1usize..5) {
            let (alive, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
            let made = |i: usize| {
                most.fetch_max(alive.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                // The first takes long, so that the others would run ahead.
                for _ in 0..if i == 0 { 200 } else { 1 } {
                    work(12);
                }
                Ok::<usize, ()>(i)
            };
            let take = |_| { alive.fetch_sub(1, Ordering::SeqCst); Ok(()) };
            prop_assert_eq!(in_order(50, threads, made, take), Ok(()));
            prop_assert!(most.into_inner() <= 2 * threads);
        }
    }

    #[test]
    fn a_panic_is_passed_on_and_nobody_waits_for_ever() {
        let run = || {
            in_order(
                50,
                3,
                |i| if i == 5 { panic!("made of glass") } else { Ok::<usize, ()>(work(i)) },
                |_| Ok(()),
            )
        };
        let panic = std::panic::catch_unwind(run).unwrap_err();
        assert_eq!(panic.downcast_ref::<&str>(), Some(&"made of glass"));
    }
}
