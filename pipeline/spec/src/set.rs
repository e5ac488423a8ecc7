//! Changing one value inside another.

use serde_json::{Map, Value};

use crate::{FieldPath, Segment};

/// A list that is too short for the position to set, or a map where a list was expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NoSuchItem {
    /// The path of the item that does not exist.
    pub(crate) path: FieldPath,
    /// How many items the list has, if it is a list.
    pub(crate) length: Option<usize>,
}

/// Sets the value at a path. Maps on the way are made where they are missing; a scalar in the way
/// is replaced by a map. List items must exist. A number is a position where a list is
/// (`regularizers.0.weight`), and a key where a map is. On an error nothing is changed.
pub(crate) fn set(target: &mut Value, path: &FieldPath, value: &Value) -> Result<(), NoSuchItem> {
    check(target, path)?;
    let last = path.segments().iter().try_fold(target, |at, segment| step(at, segment).ok());
    if let Some(at) = last {
        *at = value.clone();
    }
    Ok(())
}

/// Whether every step of a path can be taken.
fn check(target: &Value, path: &FieldPath) -> Result<(), NoSuchItem> {
    let mut at = target;
    for (position, segment) in path.segments().iter().enumerate() {
        let next = match (at, segment) {
            (Value::Array(items), segment) => {
                list_index(segment).and_then(|index| items.get(index)).ok_or(Some(items.len()))
            }
            (Value::Object(fields), Segment::Key(key)) => {
                Ok(fields.get(key).unwrap_or(&Value::Null))
            }
            (_, segment) if list_index(segment).is_none() => Ok(&Value::Null),
            _ => Err(None),
        };
        at = next.map_err(|length| NoSuchItem { path: head(path, position + 1), length })?;
    }
    Ok(())
}

/// The value at a path, if there is one.
pub(crate) fn get<'a>(value: &'a Value, path: &FieldPath) -> Option<&'a Value> {
    path.segments().iter().try_fold(value, |at, segment| match (at, segment) {
        (Value::Array(items), segment) => items.get(list_index(segment)?),
        (Value::Object(fields), Segment::Key(key)) => fields.get(key),
        _ => None,
    })
}

/// Lays `over` on `base`: maps are merged field by field, everything else replaces.
pub(crate) fn merge(base: &mut Value, over: &Value) {
    match (base, over) {
        (Value::Object(base), Value::Object(over)) => {
            for (key, value) in over {
                merge(base.entry(key.clone()).or_insert(Value::Null), value);
            }
        }
        (base, over) => *base = over.clone(),
    }
}

fn step<'a>(at: &'a mut Value, segment: &Segment) -> Result<&'a mut Value, Option<usize>> {
    if let Value::Array(items) = at {
        let length = items.len();
        let index = list_index(segment).ok_or(Some(length))?;
        return items.get_mut(index).ok_or(Some(length));
    }
    let Segment::Key(key) = segment else { return Err(None) };
    if !at.is_object() {
        if list_index(segment).is_some() {
            return Err(None);
        }
        *at = Value::Object(Map::new());
    }
    match at {
        Value::Object(fields) => Ok(fields.entry(key.clone()).or_insert(Value::Null)),
        _ => Err(None),
    }
}

fn list_index(segment: &Segment) -> Option<usize> {
    match segment {
        Segment::Index(index) => Some(*index),
        Segment::Key(key) => key.parse().ok(),
    }
}

fn head(path: &FieldPath, length: usize) -> FieldPath {
    path.segments()[..length]
        .iter()
        .fold(FieldPath::root(), |path, segment| path.child(segment.clone()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn sets_deep_values_and_makes_maps() {
        let mut value = json!({"a": {"b": 1}});
        set(&mut value, &FieldPath::parse("a.c.d"), &json!(2)).unwrap();
        set(&mut value, &FieldPath::parse("a.b"), &json!([1])).unwrap();
        assert_eq!(value, json!({"a": {"b": [1], "c": {"d": 2}}}));
    }

    #[test]
    fn reaches_into_lists_that_are_long_enough() {
        let mut value = json!({"list": [{"w": 1}, {"w": 2}]});
        set(&mut value, &FieldPath::parse("list.1.w"), &json!(3)).unwrap();
        set(&mut value, &FieldPath::parse("list[0].w"), &json!(4)).unwrap();
        assert_eq!(value, json!({"list": [{"w": 4}, {"w": 3}]}));
        let error = set(&mut value, &FieldPath::parse("list.2.w"), &json!(0)).unwrap_err();
        assert_eq!(
            set(&mut value, &FieldPath::parse("none.0.w"), &json!(0)).unwrap_err().length,
            None
        );
        assert_eq!(value, json!({"list": [{"w": 4}, {"w": 3}]}));
        assert_eq!(error, NoSuchItem { path: FieldPath::parse("list.2"), length: Some(2) });
    }

    #[test]
    fn merging_keeps_what_is_not_named_and_replaces_lists() {
        let mut base = json!({"a": {"x": 1, "y": [1, 2]}, "b": 3});
        merge(&mut base, &json!({"a": {"y": [9]}, "c": {"z": null}}));
        assert_eq!(base, json!({"a": {"x": 1, "y": [9]}, "b": 3, "c": {"z": null}}));
    }
}
