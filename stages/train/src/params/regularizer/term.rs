//! The enumeration of all terms, and what each asks for.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    AdversarialParams, BcpParams, CctParams, ConsistencyParams, CrossPseudoParams, EntropyParams,
    FeatureMiParams, FixmatchParams, IctParams, LabelsFrom, LocalMiParams, MeanTeacherParams,
    MixupParams, PseudoLabelParams, UaMtParams, UnimatchParams, UrpcParams, VatParams,
};
use crate::WeightParams;

/// One term added to the supervised loss, computed from unlabelled images (`mixup`: labelled ones).
///
/// Most terms compare two predictions of the same pixels: `p`, of the perturbed image, and `q`, the
/// perturbed prediction of the original image.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RegularizerParams {
    /// Asks both predictions of a pixel to agree.
    Consistency(ConsistencyParams),
    /// Maximizes the mutual information between the classes of nearby pixels.
    LocalMi(LocalMiParams),
    /// Maximizes the mutual information between clusters of features.
    FeatureMi(FeatureMiParams),
    /// Asks every prediction to be certain (low entropy).
    Entropy(EntropyParams),
    /// Asks the network to agree with the running mean of its own weights.
    MeanTeacher(MeanTeacherParams),
    /// Trains the network on its own most probable classes.
    PseudoLabel(PseudoLabelParams),
    /// Trains two networks on each other's most probable classes.
    CrossPseudo(CrossPseudoParams),
    /// Asks the network to agree with the running mean of its own weights where that is certain.
    UaMt(UaMtParams),
    /// Asks the prediction of mixed unlabelled images to be the mixture of the predictions.
    Ict(IctParams),
    /// Asks the prediction of mixed labelled images to be the mixture of the labels.
    Mixup(MixupParams),
    /// Asks predictions to stand the small change of the image that changes them most.
    Vat(VatParams),
    /// Asks the predictions from all resolutions of the decoder to agree.
    Urpc(UrpcParams),
    /// Asks decoders of disturbed features to agree with the main one.
    Cct(CctParams),
    /// Trains the network against a critic that tells unlabelled segmentations from labelled ones.
    Adversarial(AdversarialParams),
    /// Trains the network on certain labels of its own in strongly changed images.
    Fixmatch(FixmatchParams),
    /// Trains the network on certain labels of its own in two strongly changed images and in
    /// disturbed features.
    Unimatch(UnimatchParams),
    /// Trains the network on labelled and unlabelled images pasted into each other.
    Bcp(BcpParams),
}

/// What a term asks the training loop to prepare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "they are independent of each other")]
pub struct Needs {
    /// Predictions of the labelled images in the joint pass, also where a term supervises itself.
    pub labelled: bool,
    /// Predictions of the unlabelled images.
    pub unlabelled: bool,
    /// Unlabelled images that the term passes through networks itself.
    pub images: bool,
    /// Predictions of the perturbed unlabelled images.
    pub perturbed: bool,
    /// The running mean of the network's weights.
    pub teacher: bool,
    /// The term computes the loss of the labelled images itself.
    pub supervises: bool,
    /// Decoders beside the main one.
    pub decoders: u32,
    /// Class scores at every resolution of the decoder.
    pub scale_heads: bool,
    /// Passes of a batch of unlabelled images through a network beside the joint one, for the
    /// estimate of memory.
    pub further_passes: u32,
}

impl Needs {
    /// Whether unlabelled images are drawn at all.
    pub fn unlabelled_images(self) -> bool {
        self.unlabelled || self.images || self.perturbed
    }

    /// What both ask for together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            labelled: self.labelled || other.labelled,
            unlabelled: self.unlabelled || other.unlabelled,
            images: self.images || other.images,
            perturbed: self.perturbed || other.perturbed,
            teacher: self.teacher || other.teacher,
            supervises: self.supervises || other.supervises,
            decoders: self.decoders.max(other.decoders),
            scale_heads: self.scale_heads || other.scale_heads,
            further_passes: self.further_passes + other.further_passes,
        }
    }
}

impl RegularizerParams {
    /// The word that names this term in experiments and in the training log.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Consistency(_) => "consistency",
            Self::LocalMi(_) => "local_mi",
            Self::FeatureMi(_) => "feature_mi",
            Self::Entropy(_) => "entropy",
            Self::MeanTeacher(_) => "mean_teacher",
            Self::PseudoLabel(_) => "pseudo_label",
            Self::CrossPseudo(_) => "cross_pseudo",
            Self::UaMt(_) => "ua_mt",
            Self::Ict(_) => "ict",
            Self::Mixup(_) => "mixup",
            Self::Vat(_) => "vat",
            Self::Urpc(_) => "urpc",
            Self::Cct(_) => "cct",
            Self::Adversarial(_) => "adversarial",
            Self::Fixmatch(_) => "fixmatch",
            Self::Unimatch(_) => "unimatch",
            Self::Bcp(_) => "bcp",
        }
    }

    /// How strongly the term counts.
    pub fn weight(&self) -> &WeightParams {
        match self {
            Self::Consistency(params) => &params.weight,
            Self::LocalMi(params) => &params.weight,
            Self::FeatureMi(params) => &params.weight,
            Self::Entropy(params) => &params.weight,
            Self::MeanTeacher(params) => &params.weight,
            Self::PseudoLabel(params) => &params.weight,
            Self::CrossPseudo(params) => &params.weight,
            Self::UaMt(params) => &params.weight,
            Self::Ict(params) => &params.weight,
            Self::Mixup(params) => &params.weight,
            Self::Vat(params) => &params.weight,
            Self::Urpc(params) => &params.weight,
            Self::Cct(params) => &params.weight,
            Self::Adversarial(params) => &params.weight,
            Self::Fixmatch(params) => &params.weight,
            Self::Unimatch(params) => &params.weight,
            Self::Bcp(params) => &params.weight,
        }
    }

    /// What the term asks the training loop to prepare.
    pub fn needs(&self) -> Needs {
        let unlabelled = Needs { unlabelled: true, ..Needs::default() };
        let pair = Needs { perturbed: true, ..unlabelled };
        match self {
            Self::Consistency(_) | Self::LocalMi(_) | Self::FeatureMi(_) => pair,
            Self::Entropy(params) => Needs { labelled: params.labelled_too, ..unlabelled },
            Self::PseudoLabel(_) => unlabelled,
            Self::MeanTeacher(params) if params.noise > 0.0 => {
                Needs { teacher: true, further_passes: 1, ..unlabelled }
            }
            Self::MeanTeacher(_) => Needs { teacher: true, further_passes: 1, ..pair },
            Self::CrossPseudo(_) => Needs { further_passes: 2, ..unlabelled },
            Self::UaMt(_) => Needs { teacher: true, further_passes: 2, ..unlabelled },
            Self::Ict(_) => {
                Needs { images: true, teacher: true, further_passes: 2, ..Needs::default() }
            }
            Self::Mixup(_) => Needs { further_passes: 1, ..Needs::default() },
            Self::Vat(_) => Needs { images: true, further_passes: 1, ..Needs::default() },
            Self::Urpc(_) => Needs { scale_heads: true, further_passes: 1, ..unlabelled },
            Self::Cct(_) => Needs { decoders: 3, further_passes: 3, ..unlabelled },
            // The critic sees the labelled images once and the unlabelled ones twice, in maps of a
            // quarter of the pixels and less.
            Self::Adversarial(_) => Needs { labelled: true, further_passes: 1, ..unlabelled },
            Self::Fixmatch(params) if params.labels_from == LabelsFrom::Teacher => {
                Needs { images: true, teacher: true, further_passes: 2, ..Needs::default() }
            }
            Self::Fixmatch(_) => Needs { further_passes: 1, ..unlabelled },
            Self::Unimatch(_) => Needs { further_passes: 3, ..unlabelled },
            Self::Bcp(_) => Needs {
                images: true,
                teacher: true,
                supervises: true,
                further_passes: 3,
                ..Needs::default()
            },
        }
    }
}
