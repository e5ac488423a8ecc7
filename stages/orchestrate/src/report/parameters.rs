//! Parameters as a tree that can be read.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use pipeline_page::escape;
use serde_json::Value;

/// Longest text of a value; a program in a parameter can be long.
const LONGEST: usize = 4000;

/// Parameters that are the same in all of several variants, and those that are not.
#[derive(Debug, PartialEq)]
pub(super) struct Compared {
    /// What is the same.
    pub(super) same: Value,
    /// By dotted path, the value of each variant; none where it has no such parameter.
    pub(super) different: BTreeMap<String, Vec<Option<Value>>>,
}

/// Compares the parameters of variants.
pub(super) fn compare(variants: &[&Value]) -> Compared {
    let mut different = BTreeMap::new();
    let same = common("", variants.iter().map(|value| Some(*value)).collect(), &mut different);
    Compared { same: same.unwrap_or(Value::Null), different }
}

fn common(
    path: &str,
    values: Vec<Option<&Value>>,
    different: &mut BTreeMap<String, Vec<Option<Value>>>,
) -> Option<Value> {
    if let Some((first, rest)) = values.split_first()
        && rest.iter().all(|value| value == first)
    {
        return first.cloned();
    }
    let maps: Option<Vec<_>> =
        values.iter().map(|value| value.and_then(Value::as_object)).collect();
    let Some(maps) = maps else {
        different
            .insert(path.to_owned(), values.into_iter().map(Option::<&Value>::cloned).collect());
        return None;
    };
    let names: BTreeSet<&String> = maps.iter().flat_map(|map| map.keys()).collect();
    let fields = names.into_iter().filter_map(|name| {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        let values = maps.iter().map(|map| map.get(name)).collect();
        Some((name.clone(), common(&path, values, different)?))
    });
    Some(Value::Object(fields.collect()))
}

/// Writes a value as nested lists; nothing for an empty map.
pub(super) fn tree(value: &Value) -> String {
    let mut html = String::new();
    match value {
        Value::Object(fields) if fields.is_empty() => {}
        Value::Object(fields) => {
            html.push_str("<ul class=\"tree\">\n");
            for (name, value) in fields {
                branch(&mut html, name, value);
            }
            html.push_str("</ul>\n");
        }
        other => {
            let _ = writeln!(html, "<p>{}</p>", inline(other));
        }
    }
    html
}

fn branch(html: &mut String, name: &str, value: &Value) {
    let name = escape(name);
    let _ = write!(html, "<li><span class=\"key\">{name}</span>: ");
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            html.push('\n');
            html.push_str(&tree(value));
        }
        Value::Array(items) if items.iter().any(|item| item.is_object() || item.is_array()) => {
            html.push_str("\n<ul class=\"tree\">\n");
            for (position, item) in items.iter().enumerate() {
                branch(html, &(position + 1).to_string(), item);
            }
            html.push_str("</ul>\n");
        }
        plain => html.push_str(&inline(plain)),
    }
    html.push_str("</li>\n");
}

/// A value on one line; text over several lines keeps them.
pub(super) fn inline(value: &Value) -> String {
    match value {
        Value::Null => "<span class=\"muted\">none</span>".to_owned(),
        Value::String(text) if text.contains('\n') => {
            format!("<pre><code>{}</code></pre>", escape(&shortened(text)))
        }
        Value::String(text) => format!("<code>{}</code>", escape(&shortened(text))),
        Value::Array(items) if items.is_empty() => "<span class=\"muted\">none</span>".to_owned(),
        Value::Object(fields) if fields.is_empty() => {
            "<span class=\"muted\">none</span>".to_owned()
        }
        other => format!("<code>{}</code>", escape(&shortened(&flat(other)))),
    }
}

/// JSON without the quotes around words, with a space behind every comma.
fn flat(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(flat).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(fields) => {
            let fields: Vec<String> =
                fields.iter().map(|(name, value)| format!("{name}: {}", flat(value))).collect();
            format!("{{{}}}", fields.join(", "))
        }
        other => other.to_string(),
    }
}

fn shortened(text: &str) -> String {
    if text.len() <= LONGEST {
        return text.to_owned();
    }
    let kept: String = text.chars().take(LONGEST).collect();
    format!("{kept} … ({} bytes in all)", text.len())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_variants_share_is_told_apart_from_what_they_do_not() {
        let a = json!({"lr": 0.1, "seed": 1, "net": {"width": 8, "depth": 3}});
        let b = json!({"lr": 0.1, "seed": 2, "net": {"width": 16, "depth": 3}, "more": [1]});
        let compared = compare(&[&a, &b]);
        assert_eq!(compared.same, json!({"lr": 0.1, "net": {"depth": 3}}));
        let different: Vec<_> = compared.different.iter().collect();
        assert_eq!(different[0], (&"more".into(), &vec![None, Some(json!([1]))]));
        assert_eq!(different[1], (&"net.width".into(), &vec![Some(json!(8)), Some(json!(16))]));
        assert_eq!(different[2].0, "seed");
        assert_eq!(compare(&[&a]).same, a);
    }

    #[test]
    fn a_tree_nests_and_escapes() {
        let html = tree(&json!({"<b>": {"x": [1, 2], "y": [{"z": null}]}, "t": "a\nb"}));
        assert_eq!(html.matches("<ul class=\"tree\">").count(), html.matches("</ul>").count());
        for part in [
            "<span class=\"key\">&lt;b&gt;</span>",
            "<span class=\"key\">x</span>: <code>[1, 2]</code>",
            "<span class=\"key\">z</span>: <span class=\"muted\">none</span>",
            "<pre><code>a\nb</code></pre>",
        ] {
            assert!(html.contains(part), "no {part} in {html}");
        }
    }
}
