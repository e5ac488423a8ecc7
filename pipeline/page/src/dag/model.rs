//! The graph as plain data, how to draw it, and what comes out.

use super::NodeState;

/// A graph to draw.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Dag {
    /// The nodes; their order decides where nothing else does.
    pub nodes: Vec<DagNode>,
    /// From a node to one that reads it, by position. Others than of two nodes there are left out.
    pub edges: Vec<(usize, usize)>,
}

/// A node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DagNode {
    /// What scripts know it by, in `data-node`.
    pub id: String,
    /// What variants of one thing have in common; they can be drawn as one box.
    pub group: String,
    /// Its name, in bold; usually the same as `group`.
    pub label: String,
    /// What tells it from its variants, and what it is.
    pub detail: String,
    /// What has become of it.
    pub state: NodeState,
    /// A few words behind the state, such as a duration; may be empty.
    pub note: String,
    /// The id of the element on the page that tells more; the box then is a link.
    pub link: Option<String>,
}

/// Which way arrows lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Direction {
    /// From left to right, for wide screens.
    #[default]
    Right,
    /// From top to bottom, for narrow ones.
    Down,
}

/// How to draw a graph.
#[derive(Clone, Copy)]
pub struct DagOptions<'a> {
    /// How all ids begin; every picture of a page needs its own.
    pub prefix: &'a str,
    /// What the picture is called.
    pub title: &'a str,
    /// Which way arrows lead.
    pub direction: Direction,
    /// Groups of more nodes than this become one box.
    pub collapse_above: usize,
    /// Where the boxes of groups lead, by the group's name: the id of an element on the page.
    pub group_link: &'a dyn Fn(&str) -> Option<String>,
}

impl Default for DagOptions<'_> {
    fn default() -> Self {
        Self {
            prefix: "dag",
            title: "Graph",
            direction: Direction::Right,
            collapse_above: 4,
            group_link: &|_| None,
        }
    }
}

/// A drawn graph.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawing {
    /// The picture, to stand in a page that has the shared style sheet.
    pub svg: String,
    /// Its boxes, every one after those it reads.
    pub boxes: Vec<DagBox>,
    /// Width in px at full size.
    pub width: f64,
    /// Height in px at full size.
    pub height: f64,
}

/// A box of a drawing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DagBox {
    /// The nodes it stands for, by position; more than one in a group.
    pub nodes: Vec<usize>,
    /// What is written in bold: `train`, `train ×12`.
    pub label: String,
    /// What stands below it.
    pub detail: String,
    /// What stands for the states of its nodes.
    pub state: NodeState,
    /// The states in words: `ran · 3 s`, `10 cached, 2 ran`.
    pub summary: String,
    /// The boxes it reads, by position.
    pub reads: Vec<usize>,
    /// The id of the element that it leads to.
    pub link: Option<String>,
}

impl Drawing {
    /// Returns the boxes as an HTML list: the picture for those who do not see it.
    pub fn list(&self) -> String {
        super::draw::list(self)
    }
}
