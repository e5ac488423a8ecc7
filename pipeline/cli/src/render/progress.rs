//! How far an action is, in words.

use std::collections::BTreeMap;

use super::duration;

/// `about 3m 12s left`; nothing if nobody knows, or if it is any moment now.
pub(crate) fn time_left(seconds: Option<f64>) -> Option<String> {
    let seconds = seconds.filter(|seconds| *seconds > 0.0)?;
    Some(format!("about {} left", duration(seconds)))
}

/// The latest value of each metric, but not of those that the action's own words tell: `loss` in
/// `epoch 3/9, loss 0.213`.
pub(crate) fn metrics(metrics: &BTreeMap<String, f64>, message: &str) -> Vec<String> {
    let words: Vec<&str> = message.split([' ', ',', ':', '=']).collect();
    metrics
        .iter()
        .filter(|(name, _)| !words.contains(&name.as_str()))
        .map(|(name, value)| format!("{name} {value:.4}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_knows_is_not_said() {
        assert_eq!(time_left(None), None);
        assert_eq!(time_left(Some(0.0)), None);
        assert_eq!(time_left(Some(192.0)).as_deref(), Some("about 3m 12s left"));
    }

    #[test]
    fn a_metric_is_not_told_twice() {
        let values = BTreeMap::from([("loss".to_owned(), 0.2131), ("loss/mi".to_owned(), 0.1)]);
        assert_eq!(metrics(&values, "epoch 3/9, loss 0.213, best dice 0.842"), ["loss/mi 0.1000"]);
        assert_eq!(metrics(&values, ""), ["loss 0.2131", "loss/mi 0.1000"]);
    }
}
