//! Operations of our own in libtorch's gradient graph.
//!
//! libtorch differentiates what it computes itself. A kernel of ours computes an output from some
//! inputs, and says how a gradient goes back; [`attach`] makes that a node of the graph. Adding a
//! node is possible only in C++: `graph_node.cpp`, which is all the C++ there is.

#![expect(unsafe_code, reason = "tensors go to C++ and back")]

use std::ffi::{c_char, c_void};
use std::mem::ManuallyDrop;
use std::panic::{AssertUnwindSafe, catch_unwind};

use tch::Tensor;

use crate::panic_text::panic_text;

/// What the C++ side keeps free for a message, with the zero at its end.
const MESSAGE_BYTES: usize = 1024;

/// How a gradient goes back through an operation.
///
/// What is kept for it must not include the output: a node and its output would hold each other.
pub(crate) trait WayBack: Send + 'static {
    /// The gradients with respect to the inputs, in their order, given the one with respect to the
    /// output. Those that are not `wanted` may be left out.
    fn gradients(&self, gradient: &Tensor, wanted: &[bool]) -> Vec<Option<Tensor>>;
}

/// Whether a gradient with respect to any of these may be asked for.
pub(crate) fn is_needed(inputs: &[&Tensor]) -> bool {
    let inputs: Vec<*const c_void> = inputs.iter().map(|input| address(input)).collect();
    // SAFETY: the pointers are to tensors that live until the call is over, which only reads them.
    unsafe { orchestrate_needs_node(inputs.as_ptr(), inputs.len()) }
}

/// Makes `output`, computed outside of the graph, the outcome of an operation on the inputs.
///
/// # Panics
/// If the output already has a history.
pub(crate) fn attach<W: WayBack>(output: &mut Tensor, inputs: &[&Tensor], way_back: W) {
    assert!(!output.requires_grad(), "an output gets its history from its node");
    let inputs: Vec<*const c_void> = inputs.iter().map(|input| address(input)).collect();
    let context = Box::into_raw(Box::new(way_back)).cast::<c_void>();
    // SAFETY: the pointers are to tensors that live until the call is over, and `output` is lent
    // exclusively. `context` is a box of `W`, which `go_back::<W>` reads and `forget::<W>` frees;
    // the C++ side calls `forget` exactly once, and `go_back` only before. `W: Send` lets it do so
    // in another thread; never in two at once, since it holds the node's lock.
    let added = unsafe {
        orchestrate_add_node(
            inputs.as_ptr(),
            inputs.len(),
            output.as_mut_ptr().cast(),
            context,
            go_back::<W>,
            forget::<W>,
        )
    };
    assert!(added, "there is memory for a node");
}

fn address(tensor: &Tensor) -> *const c_void {
    tensor.as_ptr().cast()
}

unsafe extern "C" {
    fn orchestrate_needs_node(inputs: *const *const c_void, count: usize) -> bool;
    fn orchestrate_add_node(
        inputs: *const *const c_void,
        count: usize,
        output: *mut c_void,
        context: *mut c_void,
        way_back: GoBack,
        forget: unsafe extern "C" fn(*mut c_void),
    ) -> bool;
}

type GoBack = unsafe extern "C" fn(
    *const c_void,
    *const c_void,
    *const bool,
    *mut *mut c_void,
    usize,
    *mut c_char,
) -> bool;

unsafe extern "C" fn go_back<W: WayBack>(
    context: *const c_void,
    gradient: *const c_void,
    wanted: *const bool,
    gradients: *mut *mut c_void,
    count: usize,
    message: *mut c_char,
) -> bool {
    // SAFETY: the C++ side passes the context of `attach`, which is a `W` that lives; a tensor that
    // lives until this returns, of which `clone_from_ptr` makes a handle of its own; and arrays of
    // `count` elements that nobody else uses meanwhile.
    let (way_back, gradient, wanted, gradients) = unsafe {
        (
            &*context.cast::<W>(),
            Tensor::clone_from_ptr(gradient.cast_mut().cast()),
            std::slice::from_raw_parts(wanted, count),
            std::slice::from_raw_parts_mut(gradients, count),
        )
    };
    // Whatever is inside is not used again: a panic ends the whole way back.
    match catch_unwind(AssertUnwindSafe(|| way_back.gradients(&gradient, wanted))) {
        Ok(found) => {
            for (place, found) in gradients.iter_mut().zip(found) {
                if let Some(found) = found {
                    // The C++ side takes the handle over.
                    *place = ManuallyDrop::new(found).as_mut_ptr().cast();
                }
            }
            true
        }
        Err(panic) => {
            let text = panic_text(panic.as_ref()).unwrap_or("an operation of ours failed");
            let bytes = text.bytes().filter(|byte| *byte != 0).take(MESSAGE_BYTES - 1);
            for (at, byte) in bytes.chain([0]).enumerate() {
                // SAFETY: at most `MESSAGE_BYTES` bytes, for which the C++ side has room.
                unsafe { *message.add(at) = byte.cast_signed() as c_char };
            }
            false
        }
    }
}

unsafe extern "C" fn forget<W: WayBack>(context: *mut c_void) {
    // SAFETY: the box of `attach`, given back exactly once.
    drop(unsafe { Box::from_raw(context.cast::<W>()) });
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use tch::{Device, Kind};

    use super::*;

    /// `x * x * y`, with what was wanted of it, known to all who have kept something.
    struct Product {
        x: Tensor,
        y: Tensor,
        alive: Arc<Mutex<Vec<bool>>>,
    }

    impl WayBack for Product {
        fn gradients(&self, gradient: &Tensor, wanted: &[bool]) -> Vec<Option<Tensor>> {
            *self.alive.lock().unwrap() = wanted.to_vec();
            assert!(gradient.double_value(&[0]) < 100.0, "a gradient of 100 is too much");
            let of_x = wanted[0].then(|| gradient * &self.x * &self.y * 2.0);
            vec![of_x, wanted[1].then(|| gradient * &self.x * &self.x)]
        }
    }

    fn product(x: &Tensor, y: &Tensor, alive: &Arc<Mutex<Vec<bool>>>) -> Tensor {
        let mut output = tch::no_grad(|| x * x * y);
        if is_needed(&[x, y]) {
            let (kept_x, kept_y) = (x.detach(), y.detach());
            let way_back = Product { x: kept_x, y: kept_y, alive: Arc::clone(alive) };
            attach(&mut output, &[x, y], way_back);
        }
        output
    }

    fn number(value: f64) -> Tensor {
        Tensor::full([1], value, (Kind::Double, Device::Cpu))
    }

    #[test]
    fn a_gradient_goes_back_through_libtorchs_operations_and_ours() {
        let alive = Arc::default();
        let (x, y) = (number(3.0).set_requires_grad(true), number(5.0).set_requires_grad(true));
        // (2x)^2 * y, twice: once more through an operation of libtorch.
        let output = product(&(&x * 2.0), &y, &alive);
        assert_eq!(output.double_value(&[0]), 180.0);
        (&output + &output * 2.0).sum(Kind::Double).backward();
        assert_eq!(x.grad().double_value(&[0]), 3.0 * 8.0 * 3.0 * 5.0);
        assert_eq!(y.grad().double_value(&[0]), 3.0 * 36.0);
        assert_eq!(Arc::strong_count(&alive), 1, "what was kept is let go on the way back");
    }

    #[test]
    fn what_nobody_asks_for_is_not_computed_and_nothing_is_kept_without_need() {
        let alive = Arc::default();
        let (x, y) = (number(3.0), number(5.0).set_requires_grad(true));
        let output = product(&x, &y, &alive);
        assert_eq!(Arc::strong_count(&alive), 2);
        output.sum(Kind::Double).backward();
        assert_eq!(y.grad().double_value(&[0]), 9.0);
        assert_eq!(*alive.lock().unwrap(), [false, true], "no gradient of x");
        let _ = tch::no_grad(|| product(&x, &y, &alive));
        let _ = product(&x, &y.detach(), &alive);
        drop(product(&x, &y, &alive));
        assert_eq!(Arc::strong_count(&alive), 1, "a graph that is dropped drops what it keeps");
    }

    #[test]
    fn a_panic_on_the_way_back_comes_out_of_it() {
        let alive = Arc::default();
        let (x, y) = (number(3.0), number(5.0).set_requires_grad(true));
        let output = (product(&x, &y, &alive) * 200.0).sum(Kind::Double);
        let refused = output.f_backward().unwrap_err().to_string();
        assert!(refused.contains("a gradient of 100 is too much"), "{refused}");
    }

    #[test]
    fn a_gradient_with_respect_to_some_inputs_asks_for_no_others() {
        let alive = Arc::default();
        let (x, y) = (number(3.0).set_requires_grad(true), number(5.0).set_requires_grad(true));
        let output = product(&x, &y, &alive).sum(Kind::Double);
        let found = Tensor::run_backward(&[&output], &[&x], false, false);
        assert_eq!(found[0].double_value(&[0]), 30.0);
        assert_eq!(*alive.lock().unwrap(), [true, false]);
    }

    #[test]
    fn a_graph_serves_again_only_if_it_is_kept_and_never_for_second_derivatives() {
        let alive = Arc::default();
        let x = number(3.0).set_requires_grad(true);
        let output = product(&x, &number(5.0), &alive).sum(Kind::Double);
        let back = |keep: bool, create: bool| {
            Tensor::f_run_backward(&[&output], &[&x], keep, create)
                .map(|found| found[0].double_value(&[0]))
        };
        let refused = back(true, true).unwrap_err().to_string();
        assert!(refused.contains("differentiated only once"), "{refused}");
        assert_eq!(back(true, false).unwrap(), 30.0);
        assert_eq!(back(false, false).unwrap(), 30.0);
        let refused = back(false, false).unwrap_err().to_string();
        assert!(refused.contains("used up"), "{refused}");
    }

    #[test]
    #[should_panic(expected = "history")]
    fn an_output_with_a_history_is_refused() {
        let x = number(3.0).set_requires_grad(true);
        let mut output = &x * 2.0;
        let kept = Product { x: x.detach(), y: number(1.0), alive: Arc::default() };
        attach(&mut output, &[&x, &x], kept);
    }
}
