//! Writes a laid out graph as SVG and as a list.

use std::fmt::Write;

use super::group::{boxes, counts};
use super::layout::{Edge, Layout, layout};
use super::model::{Dag, DagBox, DagOptions, Direction, Drawing};
use super::state::NodeState;
use super::text::shorten;
use crate::escape::{clean, escape, identifier};

/// The size of a box, in px.
const BOX: (f64, f64) = (172.0, 66.0);
/// Left of the text in a box, in px.
const INSET: f64 = 12.0;
/// Room for text in a box, in lower-case letters of the label and of the smaller lines.
const ROOM: (f64, f64, f64) = (19.5, 24.5, 20.0);
/// Around the picture, in px: frames are thicker than nothing, and groups have a shadow.
const MARGIN: f64 = 8.0;
/// What an arrow's head takes, in px.
const HEAD: f64 = 7.0;
/// Boxes named in the description; a list beside the picture names all.
const DESCRIBED: usize = 40;

impl Dag {
    /// Draws the graph in layers; equal graphs give equal bytes.
    ///
    /// Nodes have `data-node` (their id) and `data-state`, groups `data-members` (the ids of their
    /// nodes, JSON) and `data-states`, so that a script can change states in place
    /// ([`DAG_SCRIPT`](crate::DAG_SCRIPT)). Text is escaped and shortened to fit; the whole text
    /// shows when a pointer rests on the box.
    pub fn draw(&self, options: &DagOptions<'_>) -> Drawing {
        let boxes = boxes(self, options);
        let frame = Frame::of(options.direction);
        let layout = layout(&boxes, frame.across, frame.gap_across);
        let along = layout.layers as f64 * (frame.along + frame.gap_along) - frame.gap_along;
        let (width, height) = frame.point(along.max(0.0), layout.breadth);
        let (width, height) = (width + 2.0 * MARGIN, height + 2.0 * MARGIN);
        let pen = Pen { dag: self, options, frame, id: identifier(options.prefix) };
        let svg = pen.picture(&boxes, &layout, (width, height));
        Drawing { svg, boxes, width, height }
    }
}

/// The picture's directions: along the arrows and across them.
#[derive(Clone, Copy)]
struct Frame {
    direction: Direction,
    along: f64,
    across: f64,
    gap_along: f64,
    gap_across: f64,
}

impl Frame {
    fn of(direction: Direction) -> Self {
        let (width, height) = BOX;
        match direction {
            Direction::Right => {
                Self { direction, along: width, across: height, gap_along: 40.0, gap_across: 16.0 }
            }
            Direction::Down => {
                Self { direction, along: height, across: width, gap_along: 32.0, gap_across: 18.0 }
            }
        }
    }

    /// Along and across, as x and y.
    fn point(&self, along: f64, across: f64) -> (f64, f64) {
        match self.direction {
            Direction::Right => (along, across),
            Direction::Down => (across, along),
        }
    }

    /// Where a layer begins.
    fn start(&self, layer: usize) -> f64 {
        layer as f64 * (self.along + self.gap_along)
    }
}

struct Pen<'a> {
    dag: &'a Dag,
    options: &'a DagOptions<'a>,
    frame: Frame,
    id: String,
}

impl Pen<'_> {
    fn picture(&self, boxes: &[DagBox], layout: &Layout, (width, height): (f64, f64)) -> String {
        let id = &self.id;
        // A picture with links in it is a group of them, one without is an image.
        let role = if boxes.iter().any(|one| one.link.is_some()) { "group" } else { "img" };
        let (width, height) = (number(width), number(height));
        let mut svg = format!(
            "<svg class=\"dag-picture\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"0 0 {width} {height}\" role=\"{role}\" \
             aria-labelledby=\"{id}-title\" aria-describedby=\"{id}-desc\">\n\
             <title id=\"{id}-title\">{}</title>\n<desc id=\"{id}-desc\">{}</desc>\n<defs>\n\
             <marker id=\"{id}-arrow\" viewBox=\"0 0 8 8\" refX=\"1\" refY=\"4\" \
             markerWidth=\"8\" markerHeight=\"8\" markerUnits=\"userSpaceOnUse\" \
             orient=\"auto\"><path class=\"dag-arrow\" d=\"M0 0L8 4L0 8z\"/></marker>\n",
            escape(&clean(self.options.title)),
            escape(&description(boxes)),
        );
        for state in NodeState::ALL {
            let _ = writeln!(
                svg,
                "<symbol id=\"{id}-{}\" viewBox=\"0 0 16 16\">{}</symbol>",
                icon(state),
                state.icon()
            );
        }
        svg.push_str("</defs>\n");
        for edge in &layout.edges {
            self.edge(&mut svg, layout, edge);
        }
        for (position, one) in boxes.iter().enumerate() {
            self.node(&mut svg, one, layout.layer[position], layout.across[position]);
        }
        svg.push_str("</svg>\n");
        svg
    }

    fn edge(&self, svg: &mut String, layout: &Layout, edge: &Edge) {
        let frame = self.frame;
        let at = |along: f64, across: f64| {
            let (x, y) = frame.point(along, across);
            format!("{} {}", number(x + MARGIN), number(y + MARGIN))
        };
        let first = layout.layer[edge.from];
        let mut along = frame.start(first) + frame.along;
        let mut across = layout.across[edge.from];
        let mut path = format!("M{}", at(along, across));
        let mut curve = |to_along: f64, to_across: f64, along: f64, across: f64| {
            let middle = f64::midpoint(along, to_along);
            let _ = write!(
                path,
                "C{} {} {}",
                at(middle, across),
                at(middle, to_across),
                at(to_along, to_across)
            );
        };
        for (step, through) in edge.through.iter().enumerate() {
            let start = frame.start(first + 1 + step);
            curve(start, *through, along, across);
            // Straight past the boxes of the layer.
            curve(start + frame.along, *through, start, *through);
            (along, across) = (start + frame.along, *through);
        }
        let end = frame.start(layout.layer[edge.to]) - HEAD;
        curve(end, layout.across[edge.to], along, across);
        let id = &self.id;
        let _ = writeln!(
            svg,
            "<path class=\"dag-edge\" d=\"{path}\" marker-end=\"url(#{id}-arrow)\"/>"
        );
    }

    fn node(&self, svg: &mut String, one: &DagBox, layer: usize, across: f64) {
        let frame = self.frame;
        let (x, y) = frame.point(frame.start(layer), across - frame.across / 2.0);
        let (x, y) = (x + MARGIN, y + MARGIN);
        let full = format!("{}: {}", one.label, one.summary);
        let about = if one.detail.is_empty() {
            full.clone()
        } else {
            format!("{} ({}): {}", one.label, one.detail, one.summary)
        };
        let _ = write!(
            svg,
            "<g class=\"dag-box {}\" data-state=\"{}\" data-label=\"{}\"",
            one.state.class(),
            one.state.key(),
            escape(&one.label)
        );
        self.members(svg, one);
        let _ = write!(svg, "><title>{}</title>", escape(&about));
        if let Some(link) = &one.link {
            let _ = write!(
                svg,
                "<a href=\"#{}\" aria-label=\"{}\">",
                escape(&identifier(link)),
                escape(&about)
            );
        }
        self.frame_and_text(svg, one, (x, y));
        if one.link.is_some() {
            svg.push_str("</a>");
        }
        svg.push_str("</g>\n");
    }

    /// What scripts need to know of the nodes of a box.
    fn members(&self, svg: &mut String, one: &DagBox) {
        if let [node] = one.nodes[..] {
            let _ = write!(svg, " data-node=\"{}\"", escape(&self.dag.nodes[node].id));
            return;
        }
        let nodes = || one.nodes.iter().map(|node| &self.dag.nodes[*node]);
        let ids: Vec<&str> = nodes().map(|node| node.id.as_str()).collect();
        let states: Vec<&str> = nodes().map(|node| node.state.key()).collect();
        let _ = write!(
            svg,
            " data-members=\"{}\" data-states=\"{}\" data-bar=\"{}\"",
            escape(&serde_json::json!(ids).to_string()),
            escape(&serde_json::json!(states).to_string()),
            number(BOX.0 - 2.0 * INSET)
        );
    }

    fn frame_and_text(&self, svg: &mut String, one: &DagBox, (x, y): (f64, f64)) {
        let (width, height) = BOX;
        let mut rect = |class: &str, shift: f64| {
            let _ = write!(
                svg,
                "<rect class=\"{class}\" x=\"{}\" y=\"{}\" width=\"{width}\" height=\"{height}\" \
                 rx=\"8\"/>",
                number(x + shift),
                number(y + shift)
            );
        };
        let group = one.nodes.len() > 1;
        if group {
            rect("dag-stack", 5.0);
        }
        rect("dag-frame", 0.0);
        let left = x + INSET;
        let lines = [
            ("dag-label", left, 20.0, shorten(&one.label, ROOM.0)),
            ("dag-detail", left, 36.0, shorten(&one.detail, ROOM.1)),
            ("dag-state", left + 18.0, 53.0, shorten(&one.summary, ROOM.2)),
        ];
        for (class, x, down, text) in lines {
            // In a group the bar takes the place of the second line.
            if class == "dag-detail" && (group || text.is_empty()) {
                continue;
            }
            let _ = write!(
                svg,
                "<text class=\"{class}\" x=\"{}\" y=\"{}\">{}</text>",
                number(x),
                number(y + down),
                escape(&text)
            );
        }
        let _ = write!(
            svg,
            "<use href=\"#{}-{}\" x=\"{}\" y=\"{}\" width=\"14\" height=\"14\"/>",
            self.id,
            icon(one.state),
            number(left),
            number(y + 42.0)
        );
        if group {
            self.bar(svg, one, (left, y + 28.0));
        }
    }

    /// How many nodes of a group are in which state.
    fn bar(&self, svg: &mut String, one: &DagBox, (left, y): (f64, f64)) {
        let full = BOX.0 - 2.0 * INSET;
        let counts = counts(self.dag, &one.nodes);
        let mut from = left;
        for state in NodeState::ALL {
            let found = counts.iter().find(|(other, _)| *other == state);
            let count = found.map_or(0, |(_, count)| *count);
            let width = full * count as f64 / one.nodes.len() as f64;
            let _ = write!(
                svg,
                "<rect class=\"dag-part {}\" data-left=\"{}\" x=\"{}\" y=\"{}\" width=\"{}\" \
                 height=\"5\"/>",
                state.class(),
                number(left),
                number(from),
                number(y),
                number(width)
            );
            from += width;
        }
    }
}

fn icon(state: NodeState) -> String {
    state.class().replacen("state-", "icon-", 1)
}

fn description(boxes: &[DagBox]) -> String {
    let mut text = String::new();
    for one in boxes.iter().take(DESCRIBED) {
        let _ = write!(text, "{}: {}. ", one.label, one.summary);
    }
    if boxes.len() > DESCRIBED {
        let _ = write!(text, "And {} more boxes.", boxes.len() - DESCRIBED);
    }
    text.trim_end().to_owned()
}

/// The boxes as an HTML list.
pub(super) fn list(drawing: &Drawing) -> String {
    let mut html = String::from("<ul class=\"dag-list\">\n");
    for one in &drawing.boxes {
        let label = escape(&one.label);
        let label = match &one.link {
            Some(link) => format!("<a href=\"#{}\">{label}</a>", escape(&identifier(link))),
            None => label,
        };
        let detail = if one.detail.is_empty() || one.nodes.len() > 1 {
            String::new()
        } else {
            format!(" ({})", escape(&one.detail))
        };
        let _ = write!(html, "<li>{label}{detail}: {}", escape(&one.summary));
        let reads: Vec<String> = one
            .reads
            .iter()
            .map(|read| &drawing.boxes[*read])
            .map(|read| match (read.nodes.len(), read.detail.as_str()) {
                (1, detail) if !detail.is_empty() => {
                    format!("{} ({})", escape(&read.label), escape(detail))
                }
                _ => escape(&read.label),
            })
            .collect();
        if !reads.is_empty() {
            let _ = write!(html, "; reads {}", reads.join(", "));
        }
        html.push_str("</li>\n");
    }
    html.push_str("</ul>\n");
    html
}

/// A length or place: tenths of a px are finer than any screen shows.
fn number(value: f64) -> String {
    let tenths = (value * 10.0).round() / 10.0;
    // No minus zero.
    if tenths == 0.0 { "0".to_owned() } else { format!("{tenths}") }
}
