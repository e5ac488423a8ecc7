//! Local mutual information in its fast form beside the direct sum over pixels and beside the
//! published form, value and gradient.

#[path = "../../examples/bench_mi/published.rs"]
mod published;

use stages_torch::regularizer::{LocalMi, joint_of_displacements};
use stages_train::{LocalMiParams, WeightParams};
use tch::{Device, Kind, Tensor};

use published::{counts_by_convolution, mutual_information_loss};

const WINDOWS: [i64; 4] = [0, 1, 3, 5];
const SIZE: [i64; 4] = [2, 3, 9, 11];

fn params(window: i64) -> LocalMiParams {
    LocalMiParams {
        window: u32::try_from(window).unwrap(),
        weight: WeightParams::constant(0.1),
        marginal_weight: 1.0,
        min_shift: false,
        detach_target: false,
    }
}

/// Logits without any pattern that a mistake could hide behind, the same in every run.
fn logits(size: [i64; 4], offset: f64) -> Tensor {
    let numbers: i64 = size.iter().product();
    let numbers = Tensor::arange(numbers, (Kind::Double, Device::Cpu));
    ((numbers.square() * 0.37 + numbers * 1.1 + offset).sin() * 2.0).reshape(size)
}

/// 0 at a corner of one image and at some single pixels.
fn mask([images, _, height, width]: [i64; 4]) -> Tensor {
    let numbers = Tensor::arange(images * height * width, (Kind::Double, Device::Cpu));
    let mask = numbers.square().remainder(7.0).ne(2.0).to_kind(Kind::Double);
    let mask = mask.reshape([images, 1, height, width]);
    let _zeros = mask.narrow(0, 0, 1).narrow(2, 0, height / 2).narrow(3, 0, width / 2).fill_(0.0);
    mask
}

/// Written down as the definition says: for every displacement the products of all pairs of pixels
/// that lie so far apart.
fn counts_pixel_by_pixel(x: &Tensor, y: &Tensor, d: i64) -> Tensor {
    let (_, classes, height, width) = x.size4().unwrap();
    let side = 2 * d + 1;
    let mut counts = Vec::new();
    for u in -d..=d {
        for v in -d..=d {
            let mut sum = Tensor::zeros([classes, classes], (x.kind(), x.device()));
            for a in 0..height {
                for b in 0..width {
                    if (0..height).contains(&(a + u)) && (0..width).contains(&(b + v)) {
                        let x = x.select(3, b + v).select(2, a + u);
                        let y = y.select(3, b).select(2, a);
                        sum += x.transpose(0, 1).matmul(&y);
                    }
                }
            }
            counts.push(sum);
        }
    }
    Tensor::stack(&counts, 0).reshape([side, side, classes, classes])
}

/// A loss with its gradients to both sets of logits.
struct Outcome {
    value: f64,
    gradients: [Option<Tensor>; 2],
}

/// Takes the gradients of a loss of two sets of probabilities made of these logits. `layout`
/// changes how the probabilities lie in memory.
fn outcome(
    logits: &[Tensor; 2],
    kind: Kind,
    layout: fn(&Tensor) -> Tensor,
    loss: impl Fn(&Tensor, &Tensor) -> Tensor,
) -> Outcome {
    let leaves = [0, 1].map(|k| logits[k].to_kind(kind).copy().set_requires_grad(true));
    let [x, y] = [0, 1].map(|k| layout(&leaves[k].softmax(1, None::<Kind>)));
    let loss = loss(&x, &y);
    assert_eq!((loss.kind(), loss.dim()), (kind, 0));
    loss.backward();
    let gradients = leaves.map(|leaf| Some(leaf.grad()).filter(Tensor::defined));
    Outcome { value: loss.double_value(&[]), gradients }
}

/// Compares values, and gradients by their largest difference as a share of the largest gradient.
#[track_caller]
fn same(found: &Outcome, expected: &Outcome, tolerance: f64) {
    let difference = (found.value - expected.value).abs();
    assert!(difference <= tolerance, "the value differs by {difference:e}");
    for (found, expected) in found.gradients.iter().zip(&expected.gradients) {
        assert_eq!(found.is_some(), expected.is_some());
        if let (Some(found), Some(expected)) = (found, expected) {
            let largest = |gradient: &Tensor| gradient.abs().max().double_value(&[]);
            assert!(largest(expected) > 1e-9, "there is something to compare");
            let share = largest(&(found - expected)) / largest(expected);
            assert!(share <= tolerance, "a gradient differs by {share:e} of the largest");
        }
    }
}

fn as_it_is(map: &Tensor) -> Tensor {
    map.shallow_clone()
}

fn channels_last(map: &Tensor) -> Tensor {
    map.permute([0, 2, 3, 1]).contiguous().permute([0, 3, 1, 2])
}

fn columns_first(map: &Tensor) -> Tensor {
    map.transpose(2, 3).contiguous().transpose(2, 3)
}

#[test]
fn counts_are_those_of_the_direct_sum_and_of_the_published_form() {
    let [x, y] = [0.0, 1.0].map(|offset| logits(SIZE, offset).softmax(1, None::<Kind>));
    for d in WINDOWS {
        let found = joint_of_displacements(&x, &y, None, d);
        for expected in [counts_pixel_by_pixel(&x, &y, d), counts_by_convolution(&x, &y, d)] {
            assert_eq!(found.size(), expected.size());
            assert!((&found - expected).abs().max().double_value(&[]) < 1e-11);
        }
    }
}

#[test]
fn value_and_gradients_are_those_of_the_direct_sum_and_of_the_published_form() {
    let logits = [0.0, 1.0].map(|offset| logits(SIZE, offset));
    let valid = mask(SIZE);
    let forms: [fn(&Tensor, &Tensor, i64) -> Tensor; 2] =
        [counts_pixel_by_pixel, counts_by_convolution];
    for d in WINDOWS {
        for (min_shift, marginal_weight) in [(false, 1.0), (true, 1.0), (false, 1.5)] {
            for masked in [false, true] {
                let params = LocalMiParams { min_shift, marginal_weight, ..params(d) };
                let term = LocalMi::new(&params);
                let fast = |x: &Tensor, y: &Tensor| {
                    let valid = masked.then(|| valid.to_kind(x.kind()));
                    term.of(x, y, valid.as_ref())
                };
                let found = outcome(&logits, Kind::Double, as_it_is, fast);
                for counts in forms {
                    let expected = outcome(&logits, Kind::Double, as_it_is, |x, y| {
                        let weigh =
                            |map: &Tensor| if masked { map * &valid } else { as_it_is(map) };
                        let counts = counts(&weigh(x), &weigh(y), d);
                        mutual_information_loss(&counts, marginal_weight, min_shift)
                    });
                    same(&found, &expected, 1e-10);
                }
                for layout in [channels_last, columns_first] {
                    same(&outcome(&logits, Kind::Double, layout, fast), &found, 1e-12);
                }
                let single = outcome(&logits, Kind::Float, channels_last, fast);
                same(&single, &found, 1e-6);
            }
        }
    }
}

#[test]
fn a_detached_target_gets_no_gradient_and_changes_no_other() {
    let logits = [0.0, 1.0].map(|offset| logits(SIZE, offset));
    for d in [0, 3] {
        let both = LocalMi::new(&params(d));
        let one = LocalMi::new(&LocalMiParams { detach_target: true, ..params(d) });
        let both = outcome(&logits, Kind::Double, as_it_is, |x, y| both.of(x, y, None));
        let one = outcome(&logits, Kind::Double, as_it_is, |x, y| one.of(x, y, None));
        let expected =
            Outcome { gradients: [both.gradients[0].as_ref().map(as_it_is), None], ..both };
        same(&one, &expected, 0.0);
    }
}

#[test]
fn a_target_alone_can_have_a_gradient() {
    let logits = [0.0, 1.0].map(|offset| logits(SIZE, offset));
    let term = LocalMi::new(&params(1));
    let both = outcome(&logits, Kind::Double, as_it_is, |x, y| term.of(x, y, None));
    let found = outcome(&logits, Kind::Double, as_it_is, |x, y| term.of(&x.detach(), y, None));
    let expected = Outcome { gradients: [None, both.gradients[1].as_ref().map(as_it_is)], ..both };
    same(&found, &expected, 0.0);
}

#[test]
fn what_a_mask_hides_changes_nothing() {
    let valid = mask(SIZE);
    let term = LocalMi::new(&params(1));
    let [x, y] = [0.0, 1.0].map(|offset| logits(SIZE, offset));
    let (hidden, other) = (&valid * -1.0 + 1.0, logits(SIZE, 2.0));
    let changed = |map: &Tensor| map * &valid + &other * &hidden;
    let before =
        outcome(&[x.copy(), y.copy()], Kind::Double, as_it_is, |x, y| term.of(x, y, Some(&valid)));
    let after = outcome(&[changed(&x), changed(&y)], Kind::Double, as_it_is, |x, y| {
        term.of(x, y, Some(&valid))
    });
    same(&after, &before, 1e-12);
    for gradient in before.gradients.iter().flatten() {
        assert_eq!((gradient * &hidden).abs().max().double_value(&[]), 0.0);
    }
    let whole = outcome(&[x, y], Kind::Double, as_it_is, |x, y| {
        let ones = valid.ones_like();
        let unmasked = term.of(x, y, None);
        assert_eq!(term.of(x, y, Some(&ones)).double_value(&[]), unmasked.double_value(&[]));
        unmasked
    });
    assert!((whole.value - before.value).abs() > 1e-4, "the mask matters");
}

#[test]
fn twenty_classes_in_single_precision_agree_with_double() {
    // The over-clustering heads: many classes, a wide window, and more than one tile.
    let size = [3, 20, 40, 48];
    let logits = [0.0, 1.0].map(|offset| logits(size, offset));
    let term = LocalMi::new(&params(3));
    let double = outcome(&logits, Kind::Double, as_it_is, |x, y| term.of(x, y, None));
    let expected = outcome(&logits, Kind::Double, as_it_is, |x, y| {
        mutual_information_loss(&counts_by_convolution(x, y, 3), 1.0, false)
    });
    same(&double, &expected, 1e-10);
    for layout in [as_it_is, channels_last] {
        let single = outcome(&logits, Kind::Float, layout, |x, y| term.of(x, y, None));
        same(&single, &double, 1e-5);
    }
}
