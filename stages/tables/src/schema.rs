//! What the columns of a table are called, hold and mean: the writers take their Arrow schema from
//! here, and so does the documentation.

use arrow_schema::{DataType, Field, Schema};

/// What the cells of a column hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnType {
    /// Text.
    Text,
    /// Text out of a dictionary: a factor, category or enumeration of the program that reads it.
    Category,
    /// True or false.
    Truth,
    /// A whole number of 8 bits.
    UInt8,
    /// A whole number of 32 bits.
    UInt32,
    /// A whole number of 64 bits.
    UInt64,
    /// A whole number of 32 bits with a sign.
    Int32,
    /// A number in single precision.
    Float32,
    /// A number in double precision.
    Float64,
    /// Whole numbers of 8 bits.
    UInt8List,
    /// Whole numbers of 64 bits.
    UInt64List,
    /// Numbers in double precision.
    Float64List,
    /// One byte a pixel, row by row; how many is the same in all of a table.
    Plane,
}

impl ColumnType {
    /// The Arrow type.
    fn data_type(self, plane_bytes: i32) -> DataType {
        let list = |item| DataType::List(Field::new_list_field(item, true).into());
        match self {
            Self::Text => DataType::Utf8,
            Self::Category => DataType::Dictionary(DataType::Int32.into(), DataType::Utf8.into()),
            Self::Truth => DataType::Boolean,
            Self::UInt8 => DataType::UInt8,
            Self::UInt32 => DataType::UInt32,
            Self::UInt64 => DataType::UInt64,
            Self::Int32 => DataType::Int32,
            Self::Float32 => DataType::Float32,
            Self::Float64 => DataType::Float64,
            Self::UInt8List => list(DataType::UInt8),
            Self::UInt64List => list(DataType::UInt64),
            Self::Float64List => list(DataType::Float64),
            Self::Plane => DataType::FixedSizeBinary(plane_bytes),
        }
    }

    /// The name of the Arrow type as pyarrow writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "string",
            Self::Category => "dictionary<values=string, indices=int32>",
            Self::Truth => "bool",
            Self::UInt8 => "uint8",
            Self::UInt32 => "uint32",
            Self::UInt64 => "uint64",
            Self::Int32 => "int32",
            Self::Float32 => "float",
            Self::Float64 => "double",
            Self::UInt8List => "list<uint8>",
            Self::UInt64List => "list<uint64>",
            Self::Float64List => "list<double>",
            Self::Plane => "fixed_size_binary[height × width]",
        }
    }
}

/// One column, or one for each matrix variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its name; none if it stands for one column per matrix variable, each named after its own.
    pub name: Option<&'static str>,
    /// What its cells hold.
    pub kind: ColumnType,
    /// Where a cell is null; none if that never is.
    pub null: Option<&'static str>,
    /// The unit of its numbers, if they have one.
    pub unit: Option<&'static str>,
    /// What it means.
    pub meaning: &'static str,
}

impl Column {
    /// A column that never holds null.
    pub const fn new(name: &'static str, kind: ColumnType, meaning: &'static str) -> Self {
        Self { name: Some(name), kind, null: None, unit: None, meaning }
    }

    /// One column for each matrix variable.
    pub const fn each_variable(
        kind: ColumnType,
        meaning: &'static str,
        null: &'static str,
    ) -> Self {
        Self { name: None, kind, null: Some(null), unit: None, meaning }
    }

    /// The same, null in some rows.
    #[must_use]
    pub const fn null(self, when: &'static str) -> Self {
        Self { null: Some(when), ..self }
    }

    /// The same, in a unit.
    #[must_use]
    pub const fn unit(self, unit: &'static str) -> Self {
        Self { unit: Some(unit), ..self }
    }

    /// The same, with text out of a dictionary.
    #[must_use]
    pub(crate) const fn of_category(self) -> Self {
        match self.kind {
            ColumnType::Text => Self { kind: ColumnType::Category, ..self },
            _ => self,
        }
    }
}

/// An entry of a table's schema metadata, always JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MetadataEntry {
    /// Its key.
    pub key: &'static str,
    /// What it says.
    pub meaning: &'static str,
}

/// A kind of table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableSchema {
    /// What people call it, in one or two words.
    pub name: &'static str,
    /// The file's name.
    pub file: &'static str,
    /// Where the file lies and what writes it.
    pub origin: &'static str,
    /// What one row is, and the order of the rows.
    pub rows: &'static str,
    /// The columns, in the order of the file.
    pub columns: &'static [Column],
    /// The schema's metadata.
    pub metadata: &'static [MetadataEntry],
}

impl TableSchema {
    /// The Arrow fields of a table without planes and matrix variables.
    pub(crate) fn fields(&self) -> Vec<Field> {
        self.fields_with(&[], 0)
    }

    /// The Arrow fields, with planes of this many bytes.
    pub(crate) fn fields_with_planes(&self, plane_bytes: usize) -> Vec<Field> {
        self.fields_with(&[], i32::try_from(plane_bytes).unwrap_or(i32::MAX))
    }

    /// The Arrow fields, with these columns of matrix variables.
    pub(crate) fn fields_with_variables(&self, variables: &[String]) -> Vec<Field> {
        self.fields_with(variables, 0)
    }

    fn fields_with(&self, variables: &[String], plane_bytes: i32) -> Vec<Field> {
        let mut fields = Vec::new();
        for column in self.columns {
            let kind = column.kind.data_type(plane_bytes);
            let names = column.name.map_or(variables.to_vec(), |name| vec![name.to_owned()]);
            let field = |name| Field::new(name, kind.clone(), column.null.is_some());
            fields.extend(names.into_iter().map(field));
        }
        fields
    }

    /// Whether a column of this name is always there.
    pub fn has_column(&self, name: &str) -> bool {
        self.columns.iter().any(|column| column.name == Some(name))
    }

    /// The column of a matrix variable: its name, or `matrix.` before it where that name is taken.
    pub fn column_of(&self, variable: &str) -> String {
        let taken = self.has_column(variable);
        if taken { format!("matrix.{variable}") } else { variable.to_owned() }
    }

    /// Everything in which an Arrow schema is not this one, in words; the columns of `variables`
    /// (named as in the table) stand where the documentation has those of matrix variables.
    pub fn differences(&self, schema: &Schema, variables: &[String]) -> Vec<String> {
        let described = |field: &Field| {
            let null = if field.is_nullable() { "nullable" } else { "never null" };
            format!("{}: {}, {null}", field.name(), field.data_type())
        };
        let expected = self.fields_with_variables(variables);
        let expected: Vec<String> = expected.iter().map(described).collect();
        let found: Vec<String> = schema.fields().iter().map(|field| described(field)).collect();
        let missing = expected.iter().filter(|column| !found.contains(column));
        let added = found.iter().filter(|column| !expected.contains(column));
        let mut differences: Vec<String> = missing
            .map(|column| format!("documented, not in the table: {column}"))
            .chain(added.map(|column| format!("in the table, not documented: {column}")))
            .collect();
        if differences.is_empty() && expected != found {
            differences.push(format!("another order: {}", found.join("; ")));
        }
        differences
    }
}

/// The columns of one array after those of another.
pub(crate) const fn joined<const A: usize, const B: usize, const N: usize>(
    first: [Column; A],
    second: [Column; B],
) -> [Column; N] {
    assert!(A + B == N && A > 0);
    let mut columns = [first[0]; N];
    let mut i = 0;
    while i < N {
        columns[i] = if i < A { first[i] } else { second[i - A] };
        i += 1;
    }
    columns
}

/// The same columns, with text out of dictionaries.
pub(crate) const fn categories<const N: usize>(columns: [Column; N]) -> [Column; N] {
    let mut columns = columns;
    let mut i = 0;
    while i < N {
        columns[i] = columns[i].of_category();
        i += 1;
    }
    columns
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: [Column; 3] = [
        Column::new("name", ColumnType::Text, "A name."),
        Column::each_variable(ColumnType::Text, "Its value.", "elsewhere"),
        Column::new("size", ColumnType::Float64, "A size.").null("unknown").unit("mm"),
    ];
    const TABLE: TableSchema = TableSchema {
        name: "toy",
        file: "toy.arrow",
        origin: "nowhere",
        rows: "one thing",
        columns: &COLUMNS,
        metadata: &[],
    };

    #[test]
    fn a_variable_whose_name_is_taken_gets_a_prefix() {
        assert_eq!(TABLE.column_of("seed"), "seed");
        assert_eq!(TABLE.column_of("size"), "matrix.size");
    }

    #[test]
    fn every_way_of_differing_is_said() {
        let seed = ["seed".to_owned()];
        let fields = TABLE.fields_with_variables(&seed);
        let names: Vec<&str> = fields.iter().map(|field| field.name().as_str()).collect();
        assert_eq!(names, ["name", "seed", "size"]);
        assert_eq!(TABLE.differences(&Schema::new(fields.clone()), &seed), [""; 0]);
        let swapped = Schema::new(vec![fields[1].clone(), fields[0].clone(), fields[2].clone()]);
        assert!(TABLE.differences(&swapped, &seed)[0].starts_with("another order: seed"));
        let required = Field::new("size", DataType::Float64, false);
        let other = Schema::new(vec![fields[0].clone(), fields[1].clone(), required]);
        assert_eq!(
            TABLE.differences(&other, &seed),
            [
                "documented, not in the table: size: Float64, nullable",
                "in the table, not documented: size: Float64, never null"
            ]
        );
        assert_eq!(TABLE.differences(&Schema::new(fields), &[]).len(), 1);
    }

    #[test]
    fn columns_are_joined_in_order_and_only_text_becomes_a_category() {
        const BOTH: [Column; 4] = joined([COLUMNS[2]], categories(COLUMNS));
        assert_eq!(
            BOTH.map(|column| column.name),
            [Some("size"), Some("name"), None, Some("size")]
        );
        let kinds = BOTH.map(|column| column.kind);
        let [number, text] = [ColumnType::Float64, ColumnType::Category];
        assert_eq!(kinds, [number, text, text, number]);
    }
}
