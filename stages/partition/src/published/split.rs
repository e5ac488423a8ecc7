//! A split as it was published.

/// A published division of a dataset, or several of one family, such as the folds of a
/// cross-validation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split {
    /// What it is called here; its lists are called so too, or something longer.
    pub name: &'static str,
    /// Dataset, sizes and users, in one line.
    pub title: &'static str,
    /// The data manifest whose subjects it names.
    pub dataset: &'static str,
    /// Where the lists were taken from: repository, commit, file.
    pub sources: Vec<&'static str>,
    /// What a reader of its scores should know.
    pub caveats: Vec<&'static str>,
    /// What every run that uses one of its lists is told.
    pub warnings: Vec<&'static str>,
    /// Whether it is known to put subjects on both sides; runs with a warning then, not an error.
    pub shares_subjects: bool,
    /// Its lists, in the order of the file.
    pub lists: Vec<SplitList>,
}

/// One list of a published split.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SplitList {
    /// What it is a list of.
    pub part: Part,
    /// The name that experiments use.
    pub name: &'static str,
    /// Scans (`patient006_frame01`), subjects (`patient006`) or phases of subjects
    /// (`patient006:ES`), in the published order.
    pub entries: Vec<&'static str>,
}

/// What a published list is a list of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// All training scans; the first ones are the labelled ones of some protocols.
    Train,
    /// Trained on with labels.
    Labelled,
    /// Trained on without labels.
    Unlabelled,
    /// Select the best epoch.
    Validation,
    /// Only predicted and scored.
    Test,
}

impl Part {
    /// Every part.
    pub const ALL: [Self; 5] =
        [Self::Train, Self::Labelled, Self::Unlabelled, Self::Validation, Self::Test];

    /// The word in the files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Labelled => "labelled",
            Self::Unlabelled => "unlabelled",
            Self::Validation => "validation",
            Self::Test => "test",
        }
    }

    /// The part that a word stands for.
    pub(super) fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|part| part.as_str() == word)
    }
}
