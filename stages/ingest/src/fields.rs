//! What attribute files look like: `key: value` lines, and tables with a row per subject.

use std::collections::BTreeMap;

/// Keys and their values.
pub(crate) type Fields = BTreeMap<String, String>;

/// Reads `key: value` lines; other lines are passed over.
pub(crate) fn key_value_lines(text: &str) -> Fields {
    let pairs = text.lines().filter_map(|line| line.split_once(':'));
    pairs.map(|(key, value)| (key.trim().to_owned(), value.trim().to_owned())).collect()
}

/// Reads a table whose first line names the columns, into a row per value of the column `key`.
///
/// Cells may stand in double quotes, doubled inside; spaces around a cell, empty cells, rows
/// without any cell, and columns without a name are left out.
///
/// # Errors
/// What is wrong and in which line: a quote that does not end, a row with more cells than there
/// are columns, no such column, a column twice, a row without a key, or two rows with one.
pub(crate) fn table_rows(
    text: &str,
    separator: char,
    key: &str,
) -> Result<BTreeMap<String, Fields>, String> {
    let mut lines = records(text, separator)?.into_iter();
    let (_, header) = lines.next().ok_or("it is empty; the first line names the columns")?;
    let named: Vec<&String> = header.iter().filter(|name| !name.is_empty()).collect();
    for (i, name) in named.iter().enumerate() {
        if named[..i].contains(name) {
            return Err(format!("it has two columns `{name}`"));
        }
    }
    if !named.iter().any(|name| *name == key) {
        let found: Vec<&str> = named.iter().map(|name| name.as_str()).collect();
        return Err(format!(
            "it has no column `{key}`; its columns are {}",
            pipeline_spec::quoted_list(found)
        ));
    }
    let mut rows = BTreeMap::new();
    for (line, cells) in lines {
        if cells.iter().all(String::is_empty) {
            continue;
        }
        if cells.len() > header.len() {
            let (found, columns) = (cells.len(), header.len());
            return Err(format!("line {line} has {found} cells for {columns} columns"));
        }
        let pairs = header.iter().cloned().zip(cells);
        let fields: Fields = pairs.filter(|(n, cell)| !n.is_empty() && !cell.is_empty()).collect();
        let Some(name) = fields.get(key).cloned() else {
            return Err(format!("line {line} has nothing in the column `{key}`"));
        };
        if rows.contains_key(&name) {
            return Err(format!("line {line} is a second row with the `{key}` `{name}`"));
        }
        rows.insert(name, fields);
    }
    Ok(rows)
}

/// Splits a text into lines of cells, each with the number of its first line from 1.
fn records(text: &str, separator: char) -> Result<Vec<(usize, Vec<String>)>, String> {
    let mut records = Vec::new();
    let mut cells = Vec::new();
    let mut rest = text;
    let (mut line, mut first_line) = (1, 1);
    while !rest.is_empty() {
        let (cell, after) = if let Some(quoted) = rest.trim_start_matches(' ').strip_prefix('"') {
            quoted_cell(quoted)
                .ok_or_else(|| format!("a quote that opens in line {line} does not end"))?
        } else {
            let end = rest.find([separator, '\n']).unwrap_or(rest.len());
            (rest[..end].trim().to_owned(), &rest[end..])
        };
        line += cell.matches('\n').count();
        cells.push(cell);
        let end = after.find([separator, '\n']).unwrap_or(after.len());
        if !after[..end].trim().is_empty() {
            return Err(format!("line {line} has text after a closing quote"));
        }
        rest = &after[end..];
        if let Some(next) = rest.strip_prefix(separator) {
            rest = next;
            // A separator at the very end of the text has an empty cell after it.
            if rest.is_empty() {
                cells.push(String::new());
            }
        } else {
            rest = rest.strip_prefix('\n').unwrap_or(rest);
            records.push((first_line, std::mem::take(&mut cells)));
            line += 1;
            first_line = line;
        }
    }
    if !cells.is_empty() {
        records.push((first_line, cells));
    }
    Ok(records)
}

/// The content of a quoted cell and what follows the closing quote; none if there is none.
fn quoted_cell(text: &str) -> Option<(String, &str)> {
    let mut cell = String::new();
    let mut rest = text;
    loop {
        let end = rest.find('"')?;
        cell.push_str(&rest[..end]);
        rest = &rest[end + 1..];
        match rest.strip_prefix('"') {
            Some(more) => {
                cell.push('"');
                rest = more;
            }
            None => return Some((cell.trim().to_owned(), rest)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_lines_with_either_line_end() {
        let fields = key_value_lines("ED: 4\r\nES: 11\nGroup: RV\n\nnonsense\nWeight: 66.0");
        assert_eq!(fields["ED"], "4");
        assert_eq!(fields["Group"], "RV");
        assert_eq!(fields.len(), 4);
    }

    #[test]
    fn reads_rows_by_their_key() {
        // A nameless index column, a quoted cell with the separator, a line end and a quote in it,
        // an empty cell, an empty row, carriage returns.
        let text = ",Code,Note,ED\r\n0,A1,\"x, \"\"y\"\"\nz\", 7 \r\n\r\n1, B2 ,,0";
        let rows = table_rows(text, ',', "Code").unwrap();
        assert_eq!(rows.keys().collect::<Vec<_>>(), ["A1", "B2"]);
        let fields = |row: &str| {
            rows[row].iter().map(|(k, v)| format!("{k}={v}")).collect::<Vec<_>>().join("; ")
        };
        assert_eq!(fields("A1"), "Code=A1; ED=7; Note=x, \"y\"\nz");
        assert_eq!(fields("B2"), "Code=B2; ED=0");
        let rows = table_rows("a\tb\tc\n1\t\t\"2\"\n", '\t', "a").unwrap();
        assert_eq!(rows["1"]["c"], "2");
        assert_eq!(table_rows("a;b\n1;", ';', "a").unwrap()["1"].len(), 1);
    }

    #[test]
    fn says_what_is_wrong_with_a_table_and_where() {
        for (text, message) in [
            ("", "it is empty; the first line names the columns"),
            ("a,b\n", "it has no column `key`; its columns are `a`, `b`"),
            ("key,b,b\n", "it has two columns `b`"),
            ("key,b\n1,2,3\n", "line 2 has 3 cells for 2 columns"),
            ("key,b\n\"x\ny\",2\n,5\n", "line 4 has nothing in the column `key`"),
            ("key\nA\nB\nA\n", "line 4 is a second row with the `key` `A`"),
            ("key\n\"A\n", "a quote that opens in line 2 does not end"),
            ("key\n\"A\" b\n", "line 2 has text after a closing quote"),
        ] {
            assert_eq!(table_rows(text, ',', "key").unwrap_err(), message);
        }
    }
}
