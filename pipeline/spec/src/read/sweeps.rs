//! Laying `--sweep` arguments over a document.

use super::arguments::{Misplaced, known_node, section};
use crate::diagnostic::SET;
use crate::origin::Origin;
use crate::placeholder::is_name;
use crate::yaml::{Fields, Tree};
use crate::{FieldPath, Override, Segment, Sweep};

/// What a sweep became: a parameter that is a variable.
pub(super) struct Swept {
    pub(super) node: String,
    pub(super) path: FieldPath,
    pub(super) variable: String,
}

/// Adds the variable of a sweep to the matrix. `swept` holds the parameters of the sweeps before.
pub(super) fn apply(
    root: &mut Tree,
    sweep: &Sweep,
    overrides: &[Override],
    swept: &mut Vec<(String, FieldPath)>,
) -> Result<Swept, Misplaced> {
    let (node, path) = parameter(root, sweep)?;
    let target = (node.clone(), path.clone());
    if swept.contains(&target) {
        return Err(Misplaced::new(
            format!("`{}` is swept twice", sweep.path),
            "give all its values in one `--sweep`",
        ));
    }
    if let Some(set) = overrides.iter().find(|set| is_argument(set) && hides(set, &target)) {
        return Err(Misplaced::new(
            format!("`{}` is swept, and `--set` gives it one value", set.path),
            "leave out one of the two",
        ));
    }
    let variable = name(&node, &path, |name| {
        section(root, "matrix").is_some_and(|matrix| matrix.contains(name))
    })?;
    let values = sweep.values.iter().map(Tree::from_json).collect();
    if let Some(fields) = root.as_map_mut() {
        if fields.get("matrix").is_none_or(Tree::is_null) {
            fields.insert("matrix".to_owned(), Tree::Map(Fields::new()));
        }
        // A matrix that is not a map is reported when it is read.
        if let Some(variables) = fields.get_mut("matrix").and_then(Tree::as_map_mut) {
            variables.insert(variable.clone(), Tree::List(values));
        }
    }
    swept.push(target);
    Ok(Swept { node, path, variable })
}

/// The node and the parameter that a sweep names.
fn parameter(root: &Tree, sweep: &Sweep) -> Result<(String, FieldPath), Misplaced> {
    let path = &sweep.path;
    match path.key_at(0) {
        Some("matrix") => Err(Misplaced::new(
            "a variable of the matrix cannot be swept",
            format!("to choose its values, write `--set {path}=[…]`"),
        )),
        Some(field @ ("experiment" | "description")) => Err(Misplaced::new(
            format!("`{field}` cannot be swept"),
            "name a node and a parameter: `train.lr=1e-3,1e-4`",
        )),
        Some("stages") => {
            let node = known_node(root, path.key_at(1).unwrap_or_default(), &[])?;
            match path.key_at(2) {
                Some("with") => of_node(node, path.tail(3)),
                Some(field) => Err(Misplaced::new(
                    format!("`{field}` of a node cannot be swept, only its parameters"),
                    format!("name a parameter: `{node}.PARAMETER=V1,V2`"),
                )),
                None => of_node(node, FieldPath::root()),
            }
        }
        first => of_node(known_node(root, first.unwrap_or_default(), &["stages"])?, path.tail(1)),
    }
}

fn of_node(node: String, path: FieldPath) -> Result<(String, FieldPath), Misplaced> {
    if path.segments().is_empty() {
        return Err(Misplaced::new(
            format!("`{node}` is a node; name one of its parameters"),
            format!("write `{node}.PARAMETER=V1,V2`"),
        ));
    }
    Ok((node, path))
}

fn is_argument(set: &Override) -> bool {
    matches!(set.origin, Origin::Argument { option: SET, .. })
}

/// Whether a `--set` gives this parameter, or something around it, or a part of it.
fn hides(set: &Override, (node, path): &(String, FieldPath)) -> bool {
    let whole = FieldPath::root().key(node).join(path);
    let set = set.path.short();
    whole == set || set.starts_with(&whole)
}

/// The name of the variable: the last step of the path, or all steps if that is taken or a number.
fn name(node: &str, path: &FieldPath, taken: impl Fn(&str) -> bool) -> Result<String, Misplaced> {
    let steps = path.segments().iter().map(|step| match step {
        Segment::Key(key) => plain(key),
        Segment::Index(index) => index.to_string(),
    });
    let steps: Vec<String> = std::iter::once(plain(node)).chain(steps).collect();
    let last = steps.last().cloned().unwrap_or_default();
    let is_number = last.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number && !taken(&last) {
        return Ok(last);
    }
    let whole = steps.join("_");
    if taken(&whole) {
        return Err(Misplaced::new(
            format!("the matrix has variables `{last}` and `{whole}` already"),
            "rename one of them in the file: a sweep needs a name for its own variable",
        ));
    }
    Ok(whole)
}

/// A step of a path with only what a name may hold.
fn plain(step: &str) -> String {
    step.chars().map(|c| if is_name(c.encode_utf8(&mut [0; 4])) { c } else { '_' }).collect()
}
