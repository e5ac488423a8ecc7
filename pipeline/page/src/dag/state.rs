//! What has become of a node.

/// What has become of a node. In a group, the first in this order that any member is in stands for
/// the whole: what needs a look comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NodeState {
    /// Its action failed.
    Failed,
    /// Its action is at work.
    Running,
    /// Its turn has not come.
    Waiting,
    /// It did not get its turn because something it needs failed, or the run was stopped.
    Skipped,
    /// Its action ran.
    Ran,
    /// Its result was there.
    Cached,
    /// It was not asked for.
    LeftOut,
}

impl NodeState {
    /// All states, what needs a look first.
    pub const ALL: [Self; 7] = [
        Self::Failed,
        Self::Running,
        Self::Waiting,
        Self::Skipped,
        Self::Ran,
        Self::Cached,
        Self::LeftOut,
    ];

    /// Returns the state that a report or an event names; none if it names none of these.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word || state.key() == word)
    }

    /// The state for people.
    pub fn word(self) -> &'static str {
        match self {
            Self::LeftOut => "left out",
            other => other.key(),
        }
    }

    /// The state for scripts, in `data-state`.
    pub fn key(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Running => "running",
            Self::Waiting => "waiting",
            Self::Skipped => "skipped",
            Self::Ran => "ran",
            Self::Cached => "cached",
            Self::LeftOut => "left_out",
        }
    }

    /// The class of elements in this state, which gives them its colours.
    pub fn class(self) -> &'static str {
        match self {
            Self::Failed => "state-failed",
            Self::Running => "state-running",
            Self::Waiting => "state-waiting",
            Self::Skipped => "state-skipped",
            Self::Ran => "state-ran",
            Self::Cached => "state-cached",
            Self::LeftOut => "state-left-out",
        }
    }

    /// Its icon, 16 px wide and high; each has a form of its own.
    pub(super) fn icon(self) -> &'static str {
        match self {
            Self::Failed => {
                "<path class=\"dag-icon-fill\" d=\"M5 1h6l4 4v6l-4 4H5l-4-4V5z\"/>\
                 <path class=\"dag-icon-mark\" d=\"M5.5 5.5l5 5M10.5 5.5l-5 5\"/>"
            }
            Self::Running => {
                "<circle class=\"dag-icon-fill\" cx=\"8\" cy=\"8\" r=\"7\"/>\
                 <path class=\"dag-icon-mark\" d=\"M6.3 5l4.7 3-4.7 3z\"/>"
            }
            Self::Waiting => {
                "<circle class=\"dag-icon-line\" cx=\"8\" cy=\"8\" r=\"6.5\"/>\
                 <path class=\"dag-icon-line\" d=\"M8 4.5V8l2.5 1.5\"/>"
            }
            Self::Skipped => {
                "<circle class=\"dag-icon-line\" cx=\"8\" cy=\"8\" r=\"6.5\"/>\
                 <path class=\"dag-icon-line\" d=\"M3.5 12.5l9-9\"/>"
            }
            Self::Ran => {
                "<circle class=\"dag-icon-fill\" cx=\"8\" cy=\"8\" r=\"7\"/>\
                 <path class=\"dag-icon-mark\" d=\"M4.8 8.2l2.2 2.2 4.2-4.6\"/>"
            }
            Self::Cached => {
                "<rect class=\"dag-icon-line\" x=\"1.5\" y=\"1.5\" width=\"13\" height=\"13\" \
                 rx=\"3\"/><path class=\"dag-icon-line\" d=\"M4.8 8.2l2.2 2.2 4.2-4.6\"/>"
            }
            Self::LeftOut => {
                "<circle class=\"dag-icon-line\" cx=\"8\" cy=\"8\" r=\"6.5\"/>\
                 <path class=\"dag-icon-line\" d=\"M5 8h6\"/>"
            }
        }
    }
}
