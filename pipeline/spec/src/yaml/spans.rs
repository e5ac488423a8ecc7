//! The first reader: syntax, duplicate keys, size, and where everything is.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{DuplicateKeyPolicy, Error, Location, MergeKeyPolicy, Options, Spanned};

use super::shield::Shield;
use crate::FieldPath;
use crate::source::Spot;

/// Values and keys in one document, aliases counted as often as they are used. Experiments and
/// manifests have some hundreds, generated ones a million.
const MAX_NODES: usize = 2_000_000;
/// Values and keys that aliases may add.
const MAX_REPEATED: usize = 50_000;
/// Lists and maps inside each other.
const MAX_DEPTH: usize = 64;

/// What is wrong with the syntax, and where.
pub(super) struct SyntaxError {
    pub(super) code: &'static str,
    pub(super) message: String,
    pub(super) help: Option<String>,
    pub(super) span: Range<usize>,
}

/// Notes where every field of a document is written.
pub(super) fn read_spots(
    text: &str,
    shield: Shield,
) -> Result<BTreeMap<FieldPath, Spot>, SyntaxError> {
    let root: Spanned<Node> =
        serde_saphyr::from_str_with_options(text, options()).map_err(|e| explain(text, &e))?;
    let mut spots = BTreeMap::new();
    collect(text, shield, &FieldPath::root(), None, &root, &mut spots);
    Ok(spots)
}

fn options() -> Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! { max_nodes: MAX_NODES, max_depth: MAX_DEPTH },
        alias_limits: serde_saphyr::alias_limits! { max_total_replayed_events: MAX_REPEATED },
        duplicate_keys: DuplicateKeyPolicy::Error,
        merge_keys: MergeKeyPolicy::Merge,
        strict_booleans: true,
        leading_zero_numbers_as_strings: true,
        underscored_numbers_as_strings: true,
        // The second reader refuses these with the field's name.
        non_finite_float_policy: serde_saphyr::options::NonFiniteFloatPolicy::AsString,
        with_snippet: false,
    }
}

enum Node {
    Scalar,
    List(Vec<Spanned<Node>>),
    Map(Vec<(Spanned<String>, Spanned<Node>)>),
}

fn collect(
    text: &str,
    shield: Shield,
    path: &FieldPath,
    key: Option<Range<usize>>,
    node: &Spanned<Node>,
    spots: &mut BTreeMap<FieldPath, Spot>,
) {
    let scalar = matches!(node.value, Node::Scalar);
    let nothing = scalar && node.defined.span().byte_len().unwrap_or_default() == 0;
    // A value that is not written has no place but its key's.
    let value = match &key {
        Some(key) if nothing => key.clone(),
        _ => bytes(text, &node.defined, scalar),
    };
    spots.insert(path.clone(), Spot { key, value, scalar });
    match &node.value {
        Node::Scalar => {}
        Node::List(items) => {
            for (index, item) in items.iter().enumerate() {
                collect(text, shield, &path.index(index), None, item, spots);
            }
        }
        Node::Map(fields) => {
            for (key, value) in fields {
                let span = bytes(text, &key.defined, true);
                let path = path.key(shield.uncover(&key.value));
                collect(text, shield, &path, Some(span), value, spots);
            }
        }
    }
}

/// The bytes of a scalar; of a list or map, the first line of it.
fn bytes(text: &str, location: &Location, scalar: bool) -> Range<usize> {
    let span = location.span();
    let start = start_of(text, location);
    let length = span.byte_len().unwrap_or_default() as usize;
    let line_end =
        text.get(start..).and_then(|rest| rest.find('\n')).map_or(text.len(), |n| start + n);
    let end = if scalar && length > 0 { (start + length).min(line_end) } else { line_end };
    let trimmed = text.get(start..end).map_or(0, |part| part.trim_end().len());
    start..start + trimmed
}

/// The first byte of a location; errors of the scanner give only line and column.
fn start_of(text: &str, location: &Location) -> usize {
    if let Some(at) = location.span().byte_offset() {
        return floor(text, at as usize);
    }
    let line = (location.line() as usize).saturating_sub(1);
    let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
    let characters = (location.column() as usize).saturating_sub(1);
    let rest = text.get(start..).unwrap_or_default();
    start + rest.char_indices().nth(characters).map_or(rest.len(), |(at, _)| at)
}

fn explain(text: &str, error: &Error) -> SyntaxError {
    let location = error.location();
    let at = location.map_or(text.len(), |location| start_of(text, &location));
    let span = location.map_or(at..at, |location| bytes(text, &location, true));
    let (code, message, help) = match error.without_snippet() {
        Error::DuplicateMappingKey { key, .. } => (
            "spec::duplicate_key",
            match key {
                Some(key) => format!("the key `{key}` is written twice in one map"),
                None => "a key is written twice in one map".to_owned(),
            },
            Some("remove one of the two, or merge them".to_owned()),
        ),
        Error::Budget { .. }
        | Error::AliasReplayLimitExceeded { .. }
        | Error::AliasExpansionLimitExceeded { .. }
        | Error::AliasReplayStackDepthExceeded { .. } => too_large(),
        Error::MultipleDocuments { .. } => (
            "spec::syntax",
            "the file holds more than one document".to_owned(),
            Some("remove the `---` between them, or split the file".to_owned()),
        ),
        Error::UnknownAnchor { .. } => (
            "spec::syntax",
            "an alias (`*name`) refers to an anchor that was not defined above it".to_owned(),
            Some("define it with `&name` on the value to repeat; text that starts with `*` needs quotes".to_owned()),
        ),
        // Limits met in the scanner or inside an alias come as sentences.
        other if is_a_limit(&other.to_string()) => too_large(),
        other => syntax(plain_message(other), syntax_help(text, at)),
    };
    SyntaxError { code, message, help, span }
}

fn is_a_limit(sentence: &str) -> bool {
    ["recursion limit", "budget breached", "limit exceeded"]
        .iter()
        .any(|part| sentence.contains(part))
}

fn too_large() -> (&'static str, String, Option<String>) {
    (
        "spec::too_large",
        "the document is too large or too deep once its aliases are written out".to_owned(),
        Some(format!(
            "at most {MAX_NODES} values, {MAX_DEPTH} levels deep, are read, and at most {MAX_REPEATED} that aliases repeat"
        )),
    )
}

/// Sentences of the parser that need other words, or a help: a part of the sentence, the code, what
/// to say instead, and the help.
const SENTENCES: [(&str, &str, Option<&str>, &str); 7] = [
    (
        "cannot deserialize null into string",
        "spec::key",
        Some("a key of this map is nothing (or `~`)"),
        "keys are text; put them in quotes if they look like something else",
    ),
    (
        "expected string scalar",
        "spec::key",
        Some("a key of this map is a list or a map"),
        "keys are text; text that starts with a bracket needs quotes",
    ),
    (
        "recursive references",
        "spec::syntax",
        Some("an alias (`*name`) stands inside the value that it repeats"),
        "repeat something else; text that starts with `*` needs quotes",
    ),
    (
        "merge value must be",
        "spec::syntax",
        Some("`<<` merges maps, and this is none"),
        "write `<<: *name` with the anchor `&name` on a map; put `<<` in quotes if it is a plain key",
    ),
    (
        "mapping values are not allowed",
        "spec::syntax",
        None,
        "text with `: ` in it needs quotes; a key stands at the start of its line",
    ),
    (
        "did not find expected ',' or",
        "spec::syntax",
        None,
        "inside `{ }` and `[ ]`, text with quotes, commas, brackets or `: ` needs quotes around all of it",
    ),
    (
        "did not find expected key",
        "spec::syntax",
        None,
        "all keys of a map start in the same column",
    ),
];

fn syntax(sentence: String, help: Option<String>) -> (&'static str, String, Option<String>) {
    match SENTENCES.iter().find(|(part, ..)| sentence.contains(part)) {
        None => ("spec::syntax", sentence, help),
        Some((_, code, Some(message), own)) => {
            (*code, (*message).to_owned(), Some((*own).to_owned()))
        }
        Some((_, code, None, own)) => (*code, sentence, help.or_else(|| Some((*own).to_owned()))),
    }
}

/// The parser's sentence, without the position, which is shown beside it.
fn plain_message(error: &Error) -> String {
    let full = error.to_string();
    let first = full.lines().next().unwrap_or_default();
    let cut = first.rfind(" at line ").map_or(first, |at| &first[..at]);
    let cut = cut.strip_prefix("error: ").unwrap_or(cut);
    let position_first = cut.starts_with("line ").then(|| cut.split_once(": ")).flatten();
    let sentence = position_first.map_or(cut, |(_, rest)| rest);
    format!("this is not valid YAML: {}", sentence.trim_end_matches('.'))
}

fn syntax_help(text: &str, at: usize) -> Option<String> {
    let start = text[..floor(text, at)].rfind('\n').map_or(0, |newline| newline + 1);
    let line = text[start..].lines().next().unwrap_or_default();
    let indent = &line[..line.len() - line.trim_start().len()];
    if indent.contains('\t') {
        return Some("indent with spaces; YAML does not allow tabs there".to_owned());
    }
    if line.contains("${") {
        return Some(
            "a placeholder is `${variable}`; other text with braces needs quotes".to_owned(),
        );
    }
    let value = line.split_once(": ").map_or(line, |(_, value)| value).trim_start();
    let special = value.chars().next().filter(|c| "@`%&*!|>".contains(*c));
    special.map(|c| format!("text that starts with `{c}` needs quotes"))
}

fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

/// Every scalar is the same to this reader.
macro_rules! scalars {
    ($($method:ident: $type:ty),* $(,)?) => {
        $(fn $method<E>(self, _value: $type) -> Result<Node, E> {
            Ok(Node::Scalar)
        })*
    };
}

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    scalars!(
        visit_bool: bool,
        visit_i64: i64,
        visit_i128: i128,
        visit_u64: u64,
        visit_u128: u128,
        visit_f64: f64,
        visit_str: &str,
        visit_bytes: &[u8],
    );

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Scalar)
    }

    fn visit_none<E>(self) -> Result<Node, E> {
        Ok(Node::Scalar)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        Node::deserialize(deserializer)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        Node::deserialize(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Node::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Node, A::Error> {
        let mut map = Vec::new();
        while let Some(key) = fields.next_key::<Spanned<String>>()? {
            map.push((key, fields.next_value()?));
        }
        Ok(Node::Map(map))
    }

    fn visit_enum<A: serde::de::EnumAccess<'de>>(self, data: A) -> Result<Node, A::Error> {
        use serde::de::VariantAccess;
        let (IgnoredAny, variant) = data.variant()?;
        variant.newtype_variant::<Spanned<Node>>().map(|node| node.value)
    }
}
