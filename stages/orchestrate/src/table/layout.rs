//! The layout that a person asks for.

use pipeline_spec::{Diagnostic, FieldPath, FieldProblem, read_value, read_yaml, suggest};
use serde_json::json;
use stages_compare::{CompareParams, LayoutParams};

use super::arguments::{LayoutArguments, TableArguments};
use super::output::sentence_of;

/// The layout to start from, with the changes of the command line.
///
/// # Errors
/// When there is no table of that name, the file is no layout, or the two do not go together.
pub(super) fn layout(
    arguments: &TableArguments,
    compare: &[CompareParams],
) -> Result<LayoutParams, Vec<Diagnostic>> {
    let base = match (&arguments.name, &arguments.layout) {
        (Some(name), _) => named(name, compare)?,
        (None, Some(file)) => {
            let text = fs_err::read_to_string(file).map_err(|error| {
                vec![
                    Diagnostic::new("table::layout", sentence_of(&error))
                        .with_help("name a file with `rows`, `columns` and so on"),
                ]
            })?;
            read_yaml(&text, file).map_err(|errors| errors.diagnostics)?
        }
        (None, None) => LayoutParams::default(),
    };
    let layout = changed(base, &arguments.changes)?;
    let problems = layout.problems();
    if problems.is_empty() {
        return Ok(layout);
    }
    let diagnostic = |problem: pipeline_engine::stage::ParamProblem| {
        let message = format!("`{}`: {}", problem.path, problem.message);
        let diagnostic = Diagnostic::new("table::layout", message);
        match problem.help {
            Some(help) => diagnostic.with_help(help),
            None => diagnostic,
        }
    };
    Err(problems.into_iter().map(diagnostic).collect())
}

fn named(name: &str, compare: &[CompareParams]) -> Result<LayoutParams, Vec<Diagnostic>> {
    let found = compare.iter().find_map(|params| params.tables.get(name));
    found.cloned().ok_or_else(|| {
        let known: Vec<&str> =
            compare.iter().flat_map(|params| params.tables.keys()).map(String::as_str).collect();
        let message = format!("no `compare` of these runs has a table `{name}`");
        let help = match (suggest(name, &known), known.is_empty()) {
            (_, true) => "write one below `tables` of `compare`, or use `--layout FILE`".to_owned(),
            (Some(near), _) => format!("did you mean `{near}`? There are: {}", known.join(", ")),
            (None, false) => format!("there are: {}", known.join(", ")),
        };
        vec![Diagnostic::new("table::name", message).with_help(help)]
    })
}

fn changed(
    mut layout: LayoutParams,
    changes: &LayoutArguments,
) -> Result<LayoutParams, Vec<Diagnostic>> {
    // An empty text is how an empty list is written on a command line.
    let list = |list: &Vec<String>| -> Vec<String> {
        list.iter().filter(|item| !item.is_empty()).cloned().collect()
    };
    if let Some(rows) = &changes.rows {
        layout.rows = list(rows);
        // A field that moved to the rows is no column any more.
        if let Some(columns) = &mut layout.columns {
            columns.retain(|column| !layout.rows.contains(column));
        }
    }
    if let Some(columns) = &changes.columns {
        layout.columns = Some(list(columns));
    }
    // The command line replaces what the layout wants of a field; named twice, both count.
    for (field, _) in &changes.wanted {
        layout.wanted.remove(field);
    }
    for (field, values) in &changes.wanted {
        let wanted = layout.wanted.entry(field.clone()).or_default();
        wanted.extend(values.split(',').map(str::to_owned));
    }
    layout.over = changes.over.as_ref().map(list).or(layout.over);
    layout.across = changes.across.unwrap_or(layout.across);
    layout.statistic = changes.statistic.unwrap_or(layout.statistic);
    layout.confidence = changes.confidence.or(layout.confidence);
    layout.decimals = changes.decimals.or(layout.decimals);
    layout.percent = changes.no_percent.then_some(false).or(layout.percent);
    if let Some(order) = &changes.order {
        layout.order = list(order);
    }
    layout.names.extend(changes.rename.iter().cloned());
    layout.rank = changes.rank.clone().or(layout.rank);
    layout.unranked = changes.unranked.as_ref().map(list).or(layout.unranked);
    layout.best &= !changes.no_marks;
    layout.second &= !changes.no_marks;
    layout.mean &= !changes.no_mean;
    layout.title = changes.title.clone().or(layout.title);
    layout.caption = changes.caption.clone().or(layout.caption);
    if let Some(name) = &changes.published {
        let read = read_value(&json!(name)).map_err(|problems| told("published", problems))?;
        layout.published = Some(read);
    }
    if let Some(reference) = &changes.reference {
        let value = json!({ "reference": reference });
        let read = read_value(&value).map_err(|problems| told("reference", problems))?;
        layout.significance = Some(read);
    }
    Ok(layout)
}

/// What is wrong with the value of an option.
fn told(option: &str, problems: Vec<FieldProblem>) -> Vec<Diagnostic> {
    let diagnostic = |problem: FieldProblem| {
        let message = format!("`--{option}`: {}", problem.sentence(&FieldPath::root()));
        let diagnostic = Diagnostic::new("table::layout", message);
        match problem.help {
            Some(help) => diagnostic.with_help(help),
            None => diagnostic,
        }
    };
    problems.into_iter().map(diagnostic).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout_of(text: &str) -> LayoutParams {
        read_yaml(text, std::path::Path::new("layout.yaml")).unwrap()
    }

    #[test]
    fn the_command_line_changes_what_it_names() {
        let base = layout_of("{rows: [ratio, method], columns: [class, metric], decimals: 1}");
        let changes = LayoutArguments {
            rows: Some(vec!["class".to_owned()]),
            over: Some(vec![String::new()]),
            wanted: vec![("metric".to_owned(), "dice,hd95".to_owned())],
            no_percent: true,
            published: Some("midl2020".to_owned()),
            reference: Some("partial".to_owned()),
            ..LayoutArguments::default()
        };
        let found = changed(base, &changes).unwrap();
        let expected = layout_of(
            "{rows: [class], columns: [metric], decimals: 1, over: [], percent: false, \
             where: {metric: [dice, hd95]}, published: midl2020, \
             significance: {reference: partial}}",
        );
        assert_eq!(found, expected);
    }

    #[test]
    fn names_that_nobody_knows_are_told_with_those_there_are() {
        let changes =
            LayoutArguments { published: Some("midl".to_owned()), ..LayoutArguments::default() };
        let mistakes = changed(LayoutParams::default(), &changes).unwrap_err();
        let told = format!("{:?}", mistakes[0]);
        assert!(told.contains("midl2020"), "{told}");
        let mut params = CompareParams::default();
        let told = named("main", std::slice::from_ref(&params)).unwrap_err();
        assert!(told[0].help.as_deref().unwrap().starts_with("write one below `tables`"));
        params.tables.insert("paper".to_owned(), LayoutParams::default());
        let told = named("papr", &[params]).unwrap_err();
        assert_eq!(told[0].help.as_deref().unwrap(), "did you mean `paper`? There are: paper");
    }
}
