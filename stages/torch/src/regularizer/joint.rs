//! How often two classes meet at every displacement.
//!
//! Two forms: kernels of our own for maps in the CPU's memory, and tensor operations for all else.

mod count;
mod spread;
mod tensor_form;
mod tile;

use tch::{Device, Kind, Tensor};

use count::count;
use spread::{Order, Weights, spread};
use tile::Tiling;

use crate::kernel::instructions::{Instructions, Number};
use crate::kernel::memory::{Stored, View, numbers_of};
use crate::kernel::team::threads;

/// For every displacement of a window, how often (in soft counts) class `i` of one map meets
/// class `j` of the other.
///
/// `J[u, v, i, j] = sum over n, a, b of x[n, i, a + u - d, b + v - d] * y[n, j, a, b]`, with zeros
/// outside the maps. Pixels where `valid` is 0 count nothing in either map.
///
/// # Shapes
/// `x`, `y`: `[N, C, H, W]`, one kind of float, any layout; `valid`: `[N, 1, H, W]` of 0 and 1.
/// Returns `[2d + 1, 2d + 1, C, C]` in double precision, without a gradient.
/// # Source
/// The published code gets the same numbers from one convolution with an image-sized kernel. Here
/// maps are laid out row behind row with a margin of `d`, so that a displacement is one offset:
/// nothing is copied per displacement, and no count is the sum of more than some thousand products
/// in single precision.
pub fn joint_of_displacements(x: &Tensor, y: &Tensor, valid: Option<&Tensor>, d: i64) -> Tensor {
    let maps = Maps::new(&[x, y], valid);
    let [x, y] = [0, 1].map(|k| &maps.maps[k]);
    let counts = match maps.on_cpu() {
        Some(Kind::Float) => count_on_cpu::<f32>(x, y, maps.valid.as_ref(), d as usize),
        Some(Kind::Double) => count_on_cpu::<f64>(x, y, maps.valid.as_ref(), d as usize),
        _ => return tensor_form::count(x, y, maps.valid.as_ref(), d),
    };
    let (side, classes) = (2 * d + 1, x.size()[1]);
    Tensor::from_slice(&counts).reshape([side, side, classes, classes])
}

/// The gradient of a function of the counts with respect to `x`, given the gradient with respect
/// to the counts.
///
/// # Shapes
/// `slopes`: `[2d + 1, 2d + 1, C, C]`; `y`: `[N, C, H, W]`; `valid`: `[N, 1, H, W]`. Returns
/// `[N, C, H, W]`, on the CPU in the layout of `y`.
pub(super) fn gradient_of_first(slopes: &Tensor, y: &Tensor, valid: Option<&Tensor>) -> Tensor {
    let maps = Maps::new(&[y], valid);
    let map = &maps.maps[0];
    let gradient = match maps.on_cpu() {
        Some(Kind::Float) => spread_on_cpu::<f32>(slopes, map, maps.valid.as_ref()),
        Some(Kind::Double) => spread_on_cpu::<f64>(slopes, map, maps.valid.as_ref()),
        _ => tensor_form::spread(slopes, map, maps.valid.as_ref()),
    };
    gradient.to_kind(y.kind())
}

/// The same with respect to `y`. Seen from `y`, displacements are mirrored and classes swapped.
pub(super) fn gradient_of_second(slopes: &Tensor, x: &Tensor, valid: Option<&Tensor>) -> Tensor {
    gradient_of_first(&slopes.flip([0, 1]).transpose(2, 3), x, valid)
}

/// Whether the numbers of a map lie pixel by pixel, the classes of each together, without gaps.
pub(super) fn is_channels_last(map: &Tensor) -> bool {
    map.permute([0, 2, 3, 1]).is_contiguous()
}

/// Maps of one kind of float that is precise enough to count with.
struct Maps {
    maps: Vec<Tensor>,
    valid: Option<Tensor>,
}

impl Maps {
    fn new(maps: &[&Tensor], valid: Option<&Tensor>) -> Self {
        let kind = match maps[0].kind() {
            Kind::Double => Kind::Double,
            _ => Kind::Float,
        };
        let (images, _, height, width) = maps[0].size4().expect("a map has four axes");
        for map in maps {
            assert_eq!(map.size(), maps[0].size(), "maps of one size are compared");
        }
        Self {
            maps: maps.iter().map(|map| map.detach().to_kind(kind)).collect(),
            valid: valid.map(|valid| {
                valid.detach().to_kind(kind).expand([images, 1, height, width], false)
            }),
        }
    }

    /// The kind of the numbers, if they are in the CPU's memory.
    fn on_cpu(&self) -> Option<Kind> {
        let map = &self.maps[0];
        (map.device() == Device::Cpu).then(|| map.kind())
    }
}

fn count_on_cpu<T: Number + Stored>(
    x: &Tensor,
    y: &Tensor,
    valid: Option<&Tensor>,
    d: usize,
) -> Vec<f64> {
    let (x, y, valid) = (View::<T>::of(x), View::of(y), valid.map(View::of));
    let tiling = Tiling::new(x.size, d);
    count(&x, &y, valid.as_ref(), &tiling, Instructions::best(), threads())
}

fn spread_on_cpu<T: Number + Stored>(
    slopes: &Tensor,
    map: &Tensor,
    valid: Option<&Tensor>,
) -> Tensor {
    let (view, valid) = (View::of(map), valid.map(View::of));
    let tiling = Tiling::new(view.size, slopes.size()[0] as usize / 2);
    let slopes = slopes.to_kind(Kind::Double).contiguous().reshape([-1]);
    let slopes = Vec::<f64>::try_from(slopes).expect("it has one axis of this kind");
    let weights = Weights::<T>::new(&slopes, &tiling);
    let [images, classes, height, width] = view.size.map(|length| length as i64);
    let (shape, order) = if is_channels_last(map) {
        ([images, height, width, classes], Order::ClassesLast)
    } else {
        ([images, classes, height, width], Order::ClassesFirst)
    };
    let mut result = Tensor::empty(shape, (T::KIND, Device::Cpu));
    spread(
        &weights,
        &view,
        valid.as_ref(),
        &tiling,
        Instructions::best(),
        threads(),
        (numbers_of(&mut result), order),
    );
    match order {
        Order::ClassesFirst => result,
        Order::ClassesLast => result.permute([0, 3, 1, 2]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{close, probabilities_p, probabilities_q};
    use crate::kernel::memory::channels_last;

    const DOUBLE: (Kind, Device) = (Kind::Double, Device::Cpu);

    fn both_forms(x: &Tensor, y: &Tensor, valid: Option<&Tensor>, d: i64) -> [Tensor; 2] {
        [joint_of_displacements(x, y, valid, d), tensor_form::count(x, y, valid, d)]
    }

    fn off(a: &Tensor, b: &Tensor) -> f64 {
        assert_eq!(a.size(), b.size());
        (a - b).abs().max().double_value(&[])
    }

    /// Class probabilities that differ everywhere, of this size.
    fn map(size: [i64; 4], offset: f64) -> Tensor {
        let numbers: i64 = size.iter().product();
        let logits = (Tensor::arange(numbers, DOUBLE) * 0.7 + offset).sin() * 2.0;
        logits.reshape(size).softmax(1, None::<Kind>)
    }

    /// 0 at about a quarter of the pixels.
    fn mask([images, _, height, width]: [i64; 4]) -> Tensor {
        let wave = (Tensor::arange(images * height * width, DOUBLE) * 1.9).sin();
        wave.gt(-0.7).to_kind(Kind::Double).reshape([images, 1, height, width])
    }

    #[test]
    fn matches_the_fixtures() {
        for joint in both_forms(&probabilities_p(), &probabilities_q(), None, 1) {
            check_fixtures(&joint);
        }
    }

    fn check_fixtures(joint: &Tensor) {
        let tables = [
            (
                [1, 1],
                [
                    [10.645_943, 1.734_066, 2.949_413],
                    [1.906_326, 1.771_766, 2.771_489],
                    [1.922_871, 2.788_425, 13.509_702],
                ],
            ),
            (
                [0, 2],
                [
                    [5.863_655, 0.769_420, 0.995_468],
                    [0.903_305, 0.492_731, 1.893_328],
                    [2.796_000, 1.358_447, 8.927_645],
                ],
            ),
            (
                [2, 0],
                [
                    [5.480_138, 0.979_297, 4.013_098],
                    [0.822_629, 0.460_524, 1.365_014],
                    [0.643_241, 1.860_634, 8.375_426],
                ],
            ),
        ];
        for ([u, v], table) in tables {
            for (i, row) in (0..).zip(table) {
                for (j, expected) in (0..).zip(row) {
                    close(joint.double_value(&[u, v, i, j]), expected);
                }
            }
        }
    }

    /// Sizes that leave something over: of a tile, of a vector, of a group of classes.
    const SIZES: [([i64; 4], i64); 6] = [
        ([2, 3, 9, 11], 3),
        ([1, 1, 5, 4], 0),
        ([3, 2, 17, 33], 1),
        ([1, 5, 37, 70], 2),
        ([1, 20, 17, 18], 2),
        ([1, 6, 3, 2], 5),
    ];

    #[test]
    fn both_forms_agree_on_any_size_with_any_instructions_and_threads() {
        for (shape, d) in SIZES {
            let (x, y, valid) = (map(shape, 0.0), map(shape, 0.4), mask(shape));
            for valid in [None, Some(&valid)] {
                let [kernel, expected] = both_forms(&x, &y, valid, d);
                assert!(off(&kernel, &expected) < 1e-11, "{shape:?}");
                let slopes = (Tensor::arange(expected.numel() as i64, DOUBLE) * 0.3).sin();
                let slopes = slopes.reshape(expected.size());
                let gradient = gradient_of_first(&slopes, &y, valid);
                let expected_gradient = tensor_form::spread(&slopes, &y, valid);
                assert!(off(&gradient, &expected_gradient) < 1e-11, "{shape:?}");

                let tiling = Tiling::new(View::<f64>::of(&x).size, d as usize);
                let slopes = Vec::<f64>::try_from(slopes.reshape([-1])).unwrap();
                let views = [View::<f64>::of(&x), View::of(&y)];
                let valid = valid.map(View::of);
                for instructions in Instructions::available() {
                    for threads in [1, 3] {
                        let [x, y] = &views;
                        let found = count(x, y, valid.as_ref(), &tiling, instructions, threads);
                        let found = Tensor::from_slice(&found).reshape(expected.size());
                        assert!(off(&found, &expected) < 1e-11, "{shape:?} {instructions:?}");
                        let weights = Weights::new(&slopes, &tiling);
                        let mut sums = Tensor::zeros(shape, DOUBLE);
                        let result = (numbers_of::<f64>(&mut sums), Order::ClassesFirst);
                        let valid = valid.as_ref();
                        spread(&weights, y, valid, &tiling, instructions, threads, result);
                        assert!(off(&sums, &expected_gradient) < 1e-11, "{instructions:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn the_number_of_threads_changes_no_bit() {
        let shape = [5, 3, 40, 60];
        let [x, y] = [0.0, 0.4].map(|offset| map(shape, offset).to_kind(Kind::Float));
        let tiling = Tiling::new(View::<f32>::of(&x).size, 2);
        let counts = |threads| {
            let (x, y) = (View::<f32>::of(&x), View::of(&y));
            count(&x, &y, None, &tiling, Instructions::best(), threads)
        };
        let one = counts(1);
        assert!([2, 3, 8].into_iter().all(|threads| counts(threads) == one));
    }

    #[test]
    fn any_layout_gives_the_same() {
        let shape = [2, 5, 19, 23];
        let (x, y) = (map(shape, 0.0), map(shape, 0.4));
        let expected = joint_of_displacements(&x, &y, None, 2);
        let slopes = expected.sin();
        let gradient = gradient_of_first(&slopes, &y, None);
        let layouts: [fn(&Tensor) -> Tensor; 4] = [
            |map| channels_last(map),
            |map| map.transpose(2, 3).contiguous().transpose(2, 3),
            |map| Tensor::cat(&[map, map], 3).narrow(3, 23, 23),
            |map| map.repeat([1, 1, 2, 1]).slice(2, 0, 38, 1).narrow(2, 19, 19),
        ];
        for layout in layouts {
            let (x, y) = (layout(&x), layout(&y));
            assert_eq!(off(&joint_of_displacements(&x, &y, None, 2), &expected), 0.0);
            let found = gradient_of_first(&slopes, &y, None);
            assert_eq!(off(&found, &gradient), 0.0);
            assert_eq!(is_channels_last(&found), is_channels_last(&y));
        }
        // One row of numbers for all images and columns: neighbours at a distance of 0.
        let flat = map([1, 5, 19, 1], 0.2);
        let expanded = flat.expand(shape, false);
        let copied = expanded.contiguous();
        let counts = [expanded, copied].map(|map| joint_of_displacements(&map, &y, None, 2));
        assert_eq!(off(&counts[0], &counts[1]), 0.0);
    }

    #[test]
    fn both_gradients_are_those_of_the_counts() {
        // The counts are linear in each map, so their change is the gradient times the change.
        let shape = [2, 3, 9, 11];
        let (x, y, step, valid) = (map(shape, 0.0), map(shape, 0.4), map(shape, 2.0), mask(shape));
        for valid in [None, Some(&valid)] {
            let counts = |x: &Tensor, y: &Tensor| joint_of_displacements(x, y, valid, 2);
            let slopes = counts(&x, &y).sin();
            let change = |counts: Tensor| (counts * &slopes).sum(None).double_value(&[]);
            let along = |gradient: Tensor| (gradient * &step).sum(None).double_value(&[]);
            let first = along(gradient_of_first(&slopes, &y, valid));
            assert!((first - change(counts(&step, &y))).abs() < 1e-10);
            let second = along(gradient_of_second(&slopes, &x, valid));
            assert!((second - change(counts(&x, &step))).abs() < 1e-10);
        }
    }

    #[test]
    fn single_precision_is_nearly_as_good_as_double() {
        let shape = [4, 4, 160, 160];
        let (x, y) = (map(shape, 0.0), map(shape, 0.4));
        let single = |map: &Tensor| map.to_kind(Kind::Float);
        let expected = joint_of_displacements(&x, &y, None, 1);
        for found in both_forms(&single(&x), &single(&y), None, 1) {
            let relative = ((found - &expected) / &expected).abs().max().double_value(&[]);
            assert!(relative < 1e-6, "{relative}");
        }
        // Half precision is counted in single precision.
        let half = |map: &Tensor| map.to_kind(Kind::BFloat16);
        let found = joint_of_displacements(&half(&x), &half(&y), None, 1);
        let relative = ((found - &expected) / &expected).abs().max().double_value(&[]);
        assert!(relative < 1e-3, "{relative}");
    }
}
