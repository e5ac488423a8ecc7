//! Groups of rows: polars finds them, the caller computes.

use polars::prelude::{Column, DataFrame, GroupsIndicator, PolarsResult};

/// The groups of a frame's rows that agree in the key columns.
pub(crate) struct Groups {
    keys: DataFrame,
    /// Rows of every group, ascending; groups by their first row.
    pub(crate) rows: Vec<Vec<usize>>,
}

impl Groups {
    /// Groups the rows by these columns.
    pub(crate) fn of(frame: &DataFrame, keys: &[String]) -> PolarsResult<Self> {
        let by = frame.select_to_vec(keys)?;
        let grouped = frame.group_by_with_series(by, false, true)?;
        let rows_of = |group: GroupsIndicator<'_>| {
            let mut rows: Vec<usize> = match group {
                GroupsIndicator::Idx((_, rows)) => rows.iter().map(|row| *row as usize).collect(),
                GroupsIndicator::Slice([first, length]) => {
                    (first as usize..(first + length) as usize).collect()
                }
            };
            rows.sort_unstable();
            rows
        };
        let rows: Vec<_> = grouped.get_groups().iter().map(rows_of).collect();
        Ok(Self { keys: DataFrame::new(rows.len(), grouped.keys())?, rows })
    }

    /// Something of every group.
    pub(crate) fn each<T>(&self, f: impl Fn(&[usize]) -> T) -> Vec<T> {
        self.rows.iter().map(|rows| f(rows)).collect()
    }

    /// One row per group: its keys and these columns.
    pub(crate) fn frame(&self, columns: &[Column]) -> PolarsResult<DataFrame> {
        self.keys.hstack(columns)
    }
}
