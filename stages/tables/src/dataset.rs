//! What every table of a dataset carries in its schema metadata.

use serde::{Deserialize, Serialize};

/// The dataset a table belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatasetInfo {
    /// Short name, such as `acdc`.
    pub name: String,
    /// Classes by id, background first.
    pub classes: Vec<ClassInfo>,
}

/// One class of a label map.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClassInfo {
    /// The voxel value; 0 is background.
    pub id: u8,
    /// Short name, such as `RV`.
    pub name: String,
}

impl DatasetInfo {
    /// The classes that are scored: all but background.
    pub fn foreground(&self) -> impl Iterator<Item = &ClassInfo> {
        self.classes.iter().filter(|class| class.id != 0)
    }
}
