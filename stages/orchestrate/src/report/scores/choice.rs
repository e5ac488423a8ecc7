//! What the run's own tables show: how methods are called and ordered, what is averaged over, which
//! metric comes first.

use std::collections::BTreeMap;

use serde_json::Value;

/// What the parameters of the comparison say, or what they say by default.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::report) struct Choice {
    /// The variable whose values are called by other names.
    pub(super) rows: String,
    /// The variables that are averaged over.
    pub(super) over: Vec<String>,
    /// The metrics, the main one first.
    pub(super) metrics: Vec<String>,
    /// The main grid.
    pub(super) grid: String,
    /// The main checkpoint.
    pub(super) checkpoint: String,
    /// The order of the rows.
    pub(super) order: Vec<String>,
    /// What the rows are called.
    pub(super) names: BTreeMap<String, String>,
}

impl Choice {
    /// Takes it from the parameters of a comparison, if there is one.
    pub(in crate::report) fn of(params: Option<&Value>) -> Self {
        let field = |name: &str| params.and_then(|params| params.get(name));
        let word = |name: &str, otherwise: &str| {
            field(name).and_then(Value::as_str).unwrap_or(otherwise).to_owned()
        };
        let list = |name: &str| -> Option<Vec<String>> {
            let items = field(name)?.as_array()?;
            Some(items.iter().filter_map(|item| Some(item.as_str()?.to_owned())).collect())
        };
        let mut metrics = vec![word("metric", "dice")];
        metrics.extend(list("also").unwrap_or_default());
        let names = field("names").and_then(Value::as_object).into_iter().flatten();
        Self {
            rows: word("rows", "method"),
            over: list("over").unwrap_or_else(|| vec!["seed".into()]),
            metrics,
            grid: word("grid", "network"),
            checkpoint: word("checkpoint", "best"),
            order: list("order").unwrap_or_default(),
            names: names
                .filter_map(|(value, name)| Some((value.clone(), name.as_str()?.to_owned())))
                .collect(),
        }
    }

    /// Where a word stands in a list; behind all of them if it does not.
    pub(super) fn place(list: &[String], word: &str) -> usize {
        list.iter().position(|one| one == word).unwrap_or(list.len())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn it_is_what_the_parameters_say() {
        let params = json!({
            "rows": "model", "over": ["seed", "fold"], "metric": "hd95", "also": ["dice"],
            "order": ["b"], "names": {"b": "Ours"}, "grid": "native"
        });
        let choice = Choice::of(Some(&params));
        assert_eq!(choice.metrics, ["hd95", "dice"]);
        assert_eq!((choice.over.len(), choice.names["b"].as_str()), (2, "Ours"));
        assert_eq!((choice.grid.as_str(), choice.checkpoint.as_str()), ("native", "best"));
        assert_eq!((Choice::place(&choice.order, "b"), Choice::place(&choice.order, "x")), (0, 1));
        let usual = Choice::of(None);
        assert_eq!((usual.metrics, usual.over), (vec!["dice".into()], vec!["seed".into()]));
        assert_eq!(Choice::of(Some(&json!({"over": 5}))).over, ["seed"]);
    }
}
