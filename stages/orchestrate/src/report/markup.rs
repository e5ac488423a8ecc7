//! Tables and drawings of others, written anew with only what tables and drawings need.
//!
//! They come from files that any stage or program may have exported. They are parsed as XML, and of
//! what was parsed only known elements and attributes with known values are written; text is escaped
//! again. Scripts, styles, links to elsewhere and whatever else there is do not get through.

use std::fmt::Write;

use pipeline_page::{escape, identifier};
use roxmltree::{Document, Node, ParsingOptions};

/// More nodes than any table or drawing of ours has.
const MOST_NODES: u32 = 2_000_000;
/// Deeper than any table or drawing of ours is.
const DEEPEST: usize = 64;

const HTML_ELEMENTS: [&str; 30] = [
    "abbr",
    "b",
    "br",
    "caption",
    "code",
    "col",
    "colgroup",
    "div",
    "em",
    "figcaption",
    "figure",
    "i",
    "li",
    "ol",
    "p",
    "section",
    "small",
    "span",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "u",
    "ul",
];
const HTML_ATTRIBUTES: [&str; 11] = [
    "aria-hidden",
    "aria-label",
    "class",
    "colspan",
    "data-label",
    "data-value",
    "lang",
    "role",
    "rowspan",
    "scope",
    "tabindex",
];
const VOID: [&str; 2] = ["br", "col"];
const SVG_ELEMENTS: [&str; 15] = [
    "circle", "clipPath", "defs", "desc", "ellipse", "g", "image", "line", "path", "polygon",
    "polyline", "rect", "svg", "text", "title",
];
const SVG_ATTRIBUTES: [&str; 42] = [
    "aria-describedby",
    "aria-hidden",
    "aria-label",
    "aria-labelledby",
    "class",
    "clip-path",
    "cx",
    "cy",
    "d",
    "dominant-baseline",
    "fill",
    "fill-opacity",
    "font-family",
    "font-size",
    "font-style",
    "font-weight",
    "height",
    "href",
    "id",
    "image-rendering",
    "opacity",
    "points",
    "preserveAspectRatio",
    "r",
    "role",
    "rx",
    "ry",
    "stroke",
    "stroke-dasharray",
    "stroke-linecap",
    "stroke-linejoin",
    "stroke-opacity",
    "stroke-width",
    "text-anchor",
    "transform",
    "viewBox",
    "width",
    "x",
    "x1",
    "x2",
    "y",
    "y1",
];

/// A file that is no table or drawing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refused(pub(super) String);

/// Writes the tables of an HTML fragment anew.
pub(super) fn html(fragment: &str) -> Result<String, Refused> {
    let whole = format!("<div>{fragment}</div>");
    let document = parse(&whole)?;
    let mut written = String::with_capacity(fragment.len());
    let writer = Writer { elements: &HTML_ELEMENTS, attributes: &HTML_ATTRIBUTES, prefix: "" };
    for child in document.root_element().children() {
        writer.node(&mut written, child, 0)?;
    }
    Ok(written)
}

/// Writes a drawing anew; its ids begin with `prefix`, so that many fit on one page.
pub(super) fn svg(drawing: &str, prefix: &str) -> Result<String, Refused> {
    let document = parse(drawing)?;
    let root = document.root_element();
    if root.tag_name().name() != "svg" {
        return Err(Refused(format!("it begins with <{}>, not <svg>", root.tag_name().name())));
    }
    let mut written = String::with_capacity(drawing.len());
    let prefix = &identifier(prefix);
    let writer = Writer { elements: &SVG_ELEMENTS, attributes: &SVG_ATTRIBUTES, prefix };
    writer.node(&mut written, root, 0)?;
    Ok(written)
}

fn parse(text: &str) -> Result<Document<'_>, Refused> {
    let options =
        ParsingOptions { allow_dtd: false, nodes_limit: MOST_NODES, ..Default::default() };
    Document::parse_with_options(text, options).map_err(|error| Refused(error.to_string()))
}

struct Writer<'a> {
    elements: &'a [&'a str],
    attributes: &'a [&'a str],
    prefix: &'a str,
}

impl Writer<'_> {
    fn node(&self, html: &mut String, node: Node<'_, '_>, depth: usize) -> Result<(), Refused> {
        if depth > DEEPEST {
            return Err(Refused(format!("it is nested more than {DEEPEST} deep")));
        }
        if node.is_text() {
            html.push_str(&escape(node.text().unwrap_or_default()));
        }
        if !node.is_element() {
            return Ok(());
        }
        let name = node.tag_name().name();
        if !self.elements.contains(&name) {
            // With everything in it: the content of a script is no text.
            return Ok(());
        }
        let _ = write!(html, "<{name}");
        for attribute in node.attributes() {
            let name = attribute.name();
            if self.attributes.contains(&name)
                && let Some(value) = self.value(name, attribute.value())
            {
                let _ = write!(html, " {name}=\"{}\"", escape(&value));
            }
        }
        if VOID.contains(&name) {
            html.push('>');
            return Ok(());
        }
        html.push('>');
        for child in node.children() {
            self.node(html, child, depth + 1)?;
        }
        let _ = write!(html, "</{name}>");
        Ok(())
    }

    /// The value as it may stand in the page; none if it may not.
    fn value(&self, name: &str, value: &str) -> Option<String> {
        match name {
            "id" => Some(self.id(value)),
            "aria-labelledby" | "aria-describedby" => {
                let ids: Vec<String> = value.split_whitespace().map(|id| self.id(id)).collect();
                Some(ids.join(" "))
            }
            "href" => {
                let png = value.strip_prefix("data:image/png;base64,")?;
                let base64 = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=');
                png.chars().all(base64).then(|| value.to_owned())
            }
            // Nothing but one place to stop at, in the order of the page.
            "tabindex" => (value == "0").then(|| value.to_owned()),
            "role" => ["img", "region", "group", "note"].contains(&value).then(|| value.to_owned()),
            _ => match value.split_once("url(") {
                None => Some(value.to_owned()),
                Some(("", rest)) => {
                    let id = rest.strip_prefix('#')?.strip_suffix(')')?;
                    Some(format!("url(#{})", self.id(id)))
                }
                Some(_) => None,
            },
        }
    }

    fn id(&self, id: &str) -> String {
        format!("{}-{}", self.prefix, identifier(id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_stays_as_it_is() {
        let table = "<figure class=\"table\"><figcaption>A &amp; B &lt;c&gt;</figcaption><table>\
                     <thead><tr><th scope=\"col\" colspan=\"2\">x</th></tr></thead><tbody><tr>\
                     <td class=\"number\" data-value=\"0.5\"><strong>50</strong></td></tr></tbody>\
                     </table></figure>\n<figure></figure>";
        assert_eq!(html(table).unwrap(), table);
    }

    #[test]
    fn whatever_could_act_is_gone() {
        let hostile = "<table onclick=\"x()\" style=\"a\" id=\"content\"><tr><td>a\
                       <script>alert(1)</script><img src=\"x\"/><a href=\"//e\">l</a>\
                       <svg><rect/></svg></td></tr></table>";
        assert_eq!(html(hostile).unwrap(), "<table><tr><td>a</td></tr></table>");
        let drawing = "<svg xmlns=\"http://www.w3.org/2000/svg\" \
                       xmlns:xlink=\"http://www.w3.org/1999/xlink\" onload=\"x()\"><script>a</script>\
                       <foreignObject><b/></foreignObject><image href=\"http://e/x.png\"/>\
                       <image xlink:href=\"javascript:a\"/><style>*{}</style>\
                       <rect id=\"a\" fill=\"url(http://e)\" clip-path=\"url(#c)\" style=\"x\"/>\
                       <use href=\"#a\"/></svg>";
        let expected = "<svg><image></image><image></image>\
                        <rect id=\"f-a\" clip-path=\"url(#f-c)\"></rect></svg>";
        assert_eq!(svg(drawing, "f").unwrap(), expected);
    }

    #[test]
    fn ids_and_what_refers_to_them_get_the_prefix() {
        let drawing = "<svg aria-labelledby=\"t d\"><title id=\"t\">a</title><desc id=\"d\"/>\
                       <image href=\"data:image/png;base64,AA+/=\"/>\
                       <text fill=\"var(--figure-ink, currentColor)\">b</text></svg>";
        let written = svg(drawing, "one").unwrap();
        assert!(written.contains("aria-labelledby=\"one-t one-d\""), "{written}");
        assert!(written.contains("<title id=\"one-t\">"));
        assert!(written.contains("href=\"data:image/png;base64,AA+/=\""));
        assert!(written.contains("fill=\"var(--figure-ink, currentColor)\""));
    }

    #[test]
    fn what_is_no_markup_is_refused() {
        for broken in ["<table>", "a & b", "<!DOCTYPE html><p/>", "</div><script>a</script><div>"] {
            assert!(html(broken).is_err() || !html(broken).unwrap().contains("script"), "{broken}");
        }
        assert!(svg("<html/>", "p").is_err());
        let deep = format!("{}{}", "<div>".repeat(200), "</div>".repeat(200));
        assert!(html(&deep).unwrap_err().0.contains("deep"));
    }
}
