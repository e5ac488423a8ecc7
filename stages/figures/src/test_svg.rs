//! Looking into the SVG that tests drew.

use roxmltree::{Document, Node};

/// A parsed figure.
pub(crate) struct Parsed<'a> {
    document: Document<'a>,
}

/// Returns an attribute that is a number.
pub(crate) fn number(node: Node<'_, '_>, attribute: &str) -> f64 {
    node.attribute(attribute).expect(attribute).parse().expect(attribute)
}

impl<'a> Parsed<'a> {
    /// Parses a figure.
    pub(crate) fn of(svg: &'a str) -> Self {
        Self { document: Document::parse(svg).unwrap_or_else(|error| panic!("{error}: {svg}")) }
    }

    /// Returns all elements of a name.
    pub(crate) fn all(&self, name: &'static str) -> impl Iterator<Item = Node<'_, 'a>> {
        self.document.descendants().filter(move |node| node.has_tag_name(name))
    }

    /// Returns the first group with this explanation.
    pub(crate) fn group(&self, title: &str) -> Node<'_, 'a> {
        let explained = |node: &Node<'_, '_>| {
            node.children().any(|child| child.has_tag_name("title") && child.text() == Some(title))
        };
        self.all("g").find(explained).unwrap_or_else(|| panic!("no group {title}"))
    }

    /// Returns the first text that shows this.
    pub(crate) fn text(&self, shown: &str) -> Node<'_, 'a> {
        let shows = |node: &Node<'_, '_>| {
            node.children().filter(Node::is_text).any(|child| child.text() == Some(shown))
        };
        self.all("text").find(shows).unwrap_or_else(|| panic!("no text {shown}"))
    }

    /// Returns the height of the tick with this label on a vertical axis.
    pub(crate) fn tick_y(&self, label: &str) -> f64 {
        number(self.text(label), "y") - crate::plot::MIDDLE * crate::axis::NUMBERS
    }

    /// Returns the place of the tick with this label on a horizontal axis.
    pub(crate) fn tick_x(&self, label: &str) -> f64 {
        let found = self.all("text").find(|node| {
            node.attribute("text-anchor") == Some("middle") && node.text() == Some(label)
        });
        number(found.unwrap_or_else(|| panic!("no tick {label}")), "x")
    }

    /// Returns the points of the lines of the group with this explanation.
    pub(crate) fn lines_of(&self, title: &str) -> Vec<Vec<(f64, f64)>> {
        let group = self.group(title);
        group.children().filter(|node| node.has_tag_name("polyline")).map(points).collect()
    }
}

/// Returns the points of a line or area.
pub(crate) fn points(node: Node<'_, '_>) -> Vec<(f64, f64)> {
    let pair = |text: &str| {
        let (x, y) = text.split_once(',').expect("a point is x,y");
        (x.parse().expect("a number"), y.parse().expect("a number"))
    };
    node.attribute("points").expect("points").split(' ').map(pair).collect()
}
