//! Certain labels of weak views are learnt from two strong views and from disturbed features.

use stages_train::UnimatchParams;
use tch::Tensor;

use super::certain_labels::CertainLabels;
use super::feature_noise::drop_channels;
use super::{Loss, Regularizer};
use crate::network::{Encoded, Mode};
use crate::step::Step;

/// Shares of the two strong views and of the disturbed features.
const SHARES: [f64; 3] = [0.25, 0.25, 0.5];

/// With the classes `c` of the unlabelled images, their certain pixels `m = [max q > t]` and the
/// soft Dice loss `D` of the pixels in `m`:
/// `0.25 D(p1, c1) + 0.25 D(p2, c2) + 0.5 D(pf, c)`.
///
/// `p1` and `p2` are predictions of two strongly changed copies, each with boxes of another image
/// of the batch, whose labels and certainty `c1` and `c2` have the same boxes. `pf` is decoded from
/// the features of the images themselves, of every level, with some channels set to zero and the
/// others scaled up.
///
/// Both strong copies go through the network in one pass that moves its running statistics. The
/// disturbed features leave the decoder's running statistics alone: no image at test has such
/// features.
///
/// # Source
/// `UniMatch` (Yang et al., 2023) in the form of its code for cardiac images. Differs from it in:
/// boxes come from the other images of the same batch with the labels of the same pass, where
/// there a second batch is drawn and labelled in evaluation mode; the disturbed features are
/// decoded alone, where there their statistics are those of a batch with undisturbed ones; Dice is
/// smoothed by 1e-5 instead of 1e-10.
pub struct Unimatch {
    params: UnimatchParams,
}

impl Unimatch {
    /// The term with these parameters.
    pub fn new(params: &UnimatchParams) -> Self {
        Self { params: params.clone() }
    }
}

impl Regularizer for Unimatch {
    fn loss(&mut self, step: &Step<'_>) -> Loss {
        let params = &self.params;
        let weak = step.unlabelled();
        let labels = CertainLabels::of(weak.scores(), params.threshold);
        let view =
            |purpose: &str| labels.strong_view(step, purpose, &params.strong, Some(&params.cutmix));
        let [(first, first_labels), (second, second_labels)] =
            ["unimatch/1", "unimatch/2"].map(view);
        let strong = step.student.scores(&Tensor::cat(&[first, second], 0), Mode::Training);
        let [first, second] = halves(&strong);
        let disturbed = without_channels(&weak.encoded, params.feature_dropout);
        let disturbed = step.student.decode(0, &disturbed, Mode::Untracked).scores;
        let parts =
            [first_labels.dice(&first), second_labels.dice(&second), labels.dice(&disturbed)];
        let term = parts.into_iter().zip(SHARES).map(|(part, share)| part * share);
        let term = term.reduce(|sum, part| sum + part).expect("there are three parts");
        Loss { notes: vec![("confident", labels.share())], ..term.into() }
    }
}

fn halves(maps: &Tensor) -> [Tensor; 2] {
    let count = maps.size()[0] / 2;
    [0, count].map(|start| maps.narrow(0, start, count))
}

/// The features of every level without some of their channels.
fn without_channels(encoded: &Encoded, share: f64) -> Encoded {
    Encoded(encoded.0.iter().map(|level| drop_channels(level, share)).collect())
}

#[cfg(test)]
mod tests {
    use tch::{Device, Kind};

    use super::*;

    #[test]
    fn whole_channels_are_dropped_and_the_others_scaled_up() {
        #[expect(clippy::disallowed_methods, reason = "the test draws like a step")]
        tch::manual_seed(3);
        let ones = |channels: i64| Tensor::ones([8, channels, 3, 3], (Kind::Float, Device::Cpu));
        let encoded = without_channels(&Encoded(vec![ones(50), ones(100)]), 0.2);
        for level in &encoded.0 {
            let first = level.select(3, 0).select(2, 0);
            assert_eq!(*level, first.unsqueeze(2).unsqueeze(3).expand_as(level));
            let dropped = first.eq(0.0).to_kind(Kind::Float);
            assert_eq!(first, (dropped.ones_like() - &dropped) * 1.25);
            // 400 or 800 channels: four standard errors of a share of 0.2 are at most 0.08.
            let share = dropped.mean(Kind::Float).double_value(&[]);
            assert!((share - 0.2).abs() < 0.08, "{share}");
        }
        let whole = without_channels(&Encoded(vec![ones(4)]), 0.0);
        assert_eq!(whole.0[0], ones(4));
    }

    #[test]
    fn the_shares_are_those_published() {
        assert_eq!(SHARES, [0.25, 0.25, 0.5]);
        let maps = Tensor::arange(4, (Kind::Float, Device::Cpu));
        let [first, second] = halves(&maps).map(|half| Vec::<f32>::try_from(half).unwrap());
        assert_eq!((first, second), (vec![0.0, 1.0], vec![2.0, 3.0]));
    }
}
