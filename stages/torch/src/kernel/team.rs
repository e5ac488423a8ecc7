//! The threads of libtorch, for work of our own.
//!
//! When an operation of libtorch is done, its threads go on looking for work for some milliseconds
//! and keep the cores busy. Threads of our own would have to share the cores with them, so work of
//! ours is given to the same threads, through the OpenMP runtime that libtorch has brought along.

use std::any::Any;
use std::ffi::{c_uint, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Mutex, OnceLock, PoisonError};

/// How GNU's OpenMP runtime runs a function in several threads at once, and others too: function,
/// its argument, number of threads, flags. It returns when all of them have.
type Parallel = unsafe extern "C" fn(extern "C" fn(*mut c_void), *mut c_void, c_uint, c_uint);

/// Runs `work` in several threads at once, this one among them, and returns when it is done in all.
///
/// The threads are at most so many: fewer where the system has no more to give.
///
/// # Panics
/// If the work panics in any of the threads.
pub(crate) fn run_together(threads: usize, work: &(dyn Fn() + Sync)) {
    if threads <= 1 {
        work();
    } else if let Some(parallel) = openmp() {
        run_by(parallel, threads, work);
    } else {
        std::thread::scope(|scope| {
            for _ in 1..threads {
                scope.spawn(work);
            }
            work();
        });
    }
}

/// As many threads as libtorch uses; no result of a kernel depends on it.
pub(crate) fn threads() -> usize {
    usize::try_from(tch::get_num_threads()).unwrap_or(1)
}

/// Does tasks in several threads. Each thread takes the next task when it has done one, and has a
/// workplace of its own. What a task gives must not depend on which thread does it.
pub(crate) fn do_all<Task: Send, Workplace>(
    tasks: impl Iterator<Item = Task> + Send,
    threads: usize,
    workplace: impl Fn() -> Workplace + Sync,
    work: impl Fn(&mut Workplace, Task) + Sync,
) {
    let tasks = Mutex::new(tasks);
    let next = || tasks.lock().unwrap_or_else(PoisonError::into_inner).next();
    let labour = || {
        let mut workplace = workplace();
        while let Some(task) = next() {
            work(&mut workplace, task);
        }
    };
    run_together(threads, &labour);
}

/// What the threads of a team are given.
struct Order<'a> {
    work: &'a (dyn Fn() + Sync),
    panic: Mutex<Option<Box<dyn Any + Send>>>,
}

fn run_by(parallel: Parallel, threads: usize, work: &(dyn Fn() + Sync)) {
    let order = Order { work, panic: Mutex::new(None) };
    let argument = (&raw const order).cast_mut().cast::<c_void>();
    let threads = c_uint::try_from(threads).unwrap_or(c_uint::MAX);
    #[expect(unsafe_code, reason = "OpenMP is not a Rust library")]
    // SAFETY: `parallel` calls `obey` with the argument in each thread and returns after the last
    // call has, so the order outlives all uses of it. The order is only read, apart from what is
    // behind its lock, and its work is `Sync`. No panic leaves `obey`.
    unsafe {
        parallel(obey, argument, threads, 0);
    }
    let panic = order.panic.into_inner().unwrap_or_else(PoisonError::into_inner);
    if let Some(panic) = panic {
        resume_unwind(panic);
    }
}

extern "C" fn obey(argument: *mut c_void) {
    #[expect(unsafe_code, reason = "OpenMP is not a Rust library")]
    // SAFETY: the only caller is the one in `run_by`, which passes a pointer to an order that lives
    // until all calls have returned.
    let order = unsafe { &*argument.cast_const().cast::<Order>() };
    if let Err(panic) = catch_unwind(AssertUnwindSafe(order.work)) {
        *order.panic.lock().unwrap_or_else(PoisonError::into_inner) = Some(panic);
    }
}

/// Looks the runtime up among the libraries of this process.
fn openmp() -> Option<Parallel> {
    static FOUND: OnceLock<Option<Parallel>> = OnceLock::new();
    *FOUND.get_or_init(look_up)
}

#[cfg(unix)]
fn look_up() -> Option<Parallel> {
    let process = libloading::os::unix::Library::this();
    #[expect(unsafe_code, reason = "a symbol does not tell its type")]
    // SAFETY: every OpenMP runtime that has this name gives it the type of GNU's, for which
    // compilers make calls. The library it is in belongs to libtorch, which is never unloaded.
    let found = unsafe { process.get::<Parallel>(b"GOMP_parallel\0") };
    found.ok().map(|symbol| *symbol)
}

#[cfg(not(unix))]
fn look_up() -> Option<Parallel> {
    None
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn the_threads_work_at_the_same_time() {
        // Two threads that wait for each other.
        let (both, done) = (Barrier::new(2), AtomicUsize::new(0));
        run_together(2, &|| {
            both.wait();
            done.fetch_add(1, Ordering::Relaxed);
        });
        assert_eq!(done.into_inner(), 2);
    }

    #[test]
    fn one_thread_is_this_one() {
        let this = std::thread::current().id();
        run_together(1, &|| assert_eq!(std::thread::current().id(), this));
    }

    #[test]
    fn a_panic_in_any_thread_comes_back() {
        let turn = AtomicUsize::new(0);
        let result = catch_unwind(AssertUnwindSafe(|| {
            run_together(2, &|| assert!(turn.fetch_add(1, Ordering::Relaxed) != 1, "the second"));
        }));
        let message = result.unwrap_err().downcast::<&str>().unwrap();
        assert_eq!(*message, "the second");
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn libtorch_brings_the_runtime_along() {
        tch::set_num_threads(2);
        assert!(openmp().is_some());
    }
}
