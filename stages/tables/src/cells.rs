//! Columns made of rows, and rows made of columns.

use arrow_array::builder::{ListBuilder, PrimitiveBuilder};
use arrow_array::{Array, ArrayRef, ArrowPrimitiveType, BooleanArray, PrimitiveArray, StringArray};

use crate::ipc::array;

/// The columns of these rows.
pub(crate) struct Cells<'a, Row>(pub(crate) &'a [Row]);

impl<Row> Cells<'_, Row> {
    /// Text.
    pub(crate) fn text(&self, of: impl Fn(&Row) -> &str) -> ArrayRef {
        array(StringArray::from_iter_values(self.0.iter().map(of)))
    }

    /// Text that some rows lack.
    pub(crate) fn some_text(&self, of: impl Fn(&Row) -> Option<&str>) -> ArrayRef {
        array(self.0.iter().map(of).collect::<StringArray>())
    }

    /// Text that is made for the table.
    pub(crate) fn made_text(&self, of: impl Fn(&Row) -> String) -> ArrayRef {
        array(StringArray::from_iter_values(self.0.iter().map(of)))
    }

    /// Text that is made for the table where there is any.
    pub(crate) fn some_made_text(&self, of: impl Fn(&Row) -> Option<String>) -> ArrayRef {
        array(self.0.iter().map(of).collect::<StringArray>())
    }

    /// Numbers.
    pub(crate) fn number<T: ArrowPrimitiveType>(&self, of: impl Fn(&Row) -> T::Native) -> ArrayRef {
        array(PrimitiveArray::<T>::from_iter_values(self.0.iter().map(of)))
    }

    /// Numbers that some rows lack.
    pub(crate) fn some_number<T: ArrowPrimitiveType>(
        &self,
        of: impl Fn(&Row) -> Option<T::Native>,
    ) -> ArrayRef {
        array(self.0.iter().map(of).collect::<PrimitiveArray<T>>())
    }

    /// True or false.
    pub(crate) fn truth(&self, of: impl Fn(&Row) -> bool) -> ArrayRef {
        self.some_truth(|row| Some(of(row)))
    }

    /// True or false where it is known.
    pub(crate) fn some_truth(&self, of: impl Fn(&Row) -> Option<bool>) -> ArrayRef {
        array(self.0.iter().map(of).collect::<BooleanArray>())
    }

    /// Lists of numbers.
    pub(crate) fn list<T: ArrowPrimitiveType>(
        &self,
        of: impl Fn(&Row) -> &[T::Native],
    ) -> ArrayRef {
        let mut lists = ListBuilder::new(PrimitiveBuilder::<T>::new());
        for row in self.0 {
            lists.append_value(of(row).iter().copied().map(Some));
        }
        array(lists.finish())
    }

    /// Lists of numbers that some rows lack.
    pub(crate) fn some_list<T: ArrowPrimitiveType>(
        &self,
        of: impl Fn(&Row) -> Option<Vec<T::Native>>,
    ) -> ArrayRef {
        let mut lists = ListBuilder::new(PrimitiveBuilder::<T>::new());
        for row in self.0 {
            lists.append_option(of(row).map(|values| values.into_iter().map(Some)));
        }
        array(lists.finish())
    }
}

/// The text of a row, or none where it is null.
pub(crate) fn some_text(column: &StringArray, row: usize) -> Option<String> {
    column.is_valid(row).then(|| column.value(row).to_owned())
}

/// The number of a row, or none where it is null.
pub(crate) fn some<T: ArrowPrimitiveType>(
    column: &PrimitiveArray<T>,
    row: usize,
) -> Option<T::Native> {
    column.is_valid(row).then(|| column.value(row))
}

/// The truth of a row, or none where it is null.
pub(crate) fn some_truth(column: &BooleanArray, row: usize) -> Option<bool> {
    column.is_valid(row).then(|| column.value(row))
}
