//! Where the fields of a document are written.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use super::shield::Shield;
use super::spans::read_spots;
use crate::FieldPath;
use crate::source::Spot;

/// The places of a document's fields, found when the first is asked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Spots(Arc<OnceLock<BTreeMap<FieldPath, Spot>>>);

impl Spots {
    /// Places that were found already.
    pub(super) fn now(spots: BTreeMap<FieldPath, Spot>) -> Self {
        Self(Arc::new(OnceLock::from(spots)))
    }

    /// Places of a document whose syntax is known to be right.
    pub(super) fn later() -> Self {
        Self::default()
    }

    /// The place of a field of the document that `text` is.
    pub(crate) fn get(&self, text: &str, path: &FieldPath) -> Option<&Spot> {
        let find = || {
            let shield = Shield::new(text);
            // What the fast reader takes, the full reader takes too; if not, the place is the file.
            read_spots(&shield.cover(text), shield).unwrap_or_default()
        };
        self.0.get_or_init(find).get(path)
    }
}
