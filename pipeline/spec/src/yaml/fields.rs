//! A map in the order of the file.

use indexmap::IndexMap;

use super::Tree;

/// Maps with at most this many fields are searched one by one.
const FEW: usize = 16;

/// The fields of a map, in the order in which they were written.
///
/// Almost all maps have a few fields, and then a list of them is smaller and faster than a table.
#[derive(Debug, Clone)]
pub(crate) struct Fields(Kept);

#[derive(Debug, Clone)]
enum Kept {
    Few(Vec<(String, Tree)>),
    Many(Box<IndexMap<String, Tree>>),
}

impl Fields {
    /// No fields.
    pub(crate) const fn new() -> Self {
        Self(Kept::Few(Vec::new()))
    }

    pub(crate) fn len(&self) -> usize {
        match &self.0 {
            Kept::Few(fields) => fields.len(),
            Kept::Many(fields) => fields.len(),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Tree> {
        match &self.0 {
            Kept::Few(fields) => fields.iter().find(|(key, _)| key == name).map(|(_, value)| value),
            Kept::Many(fields) => fields.get(name),
        }
    }

    pub(crate) fn get_mut(&mut self, name: &str) -> Option<&mut Tree> {
        match &mut self.0 {
            Kept::Few(fields) => {
                fields.iter_mut().find(|(key, _)| key == name).map(|(_, value)| value)
            }
            Kept::Many(fields) => fields.get_mut(name),
        }
    }

    pub(crate) fn contains(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Puts a field, at the end if it is new; gives the value it had.
    pub(crate) fn insert(&mut self, name: String, value: Tree) -> Option<Tree> {
        if let Some(field) = self.get_mut(&name) {
            return Some(std::mem::replace(field, value));
        }
        match &mut self.0 {
            Kept::Few(fields) if fields.len() < FEW => fields.push((name, value)),
            Kept::Few(fields) => {
                let mut many: IndexMap<String, Tree> = fields.drain(..).collect();
                many.insert(name, value);
                self.0 = Kept::Many(Box::new(many));
            }
            Kept::Many(fields) => {
                fields.insert(name, value);
            }
        }
        None
    }

    /// Takes a field out; the others keep their order.
    pub(crate) fn take(&mut self, name: &str) -> Option<Tree> {
        match &mut self.0 {
            Kept::Few(fields) => {
                let at = fields.iter().position(|(key, _)| key == name)?;
                Some(fields.remove(at).1)
            }
            Kept::Many(fields) => fields.shift_remove(name),
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&String, &Tree)> {
        let (few, many) = match &self.0 {
            Kept::Few(fields) => (fields.as_slice(), None),
            Kept::Many(fields) => (&[][..], Some(fields.iter())),
        };
        few.iter().map(|(key, value)| (key, value)).chain(many.into_iter().flatten())
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = &String> {
        self.iter().map(|(key, _)| key)
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = &Tree> {
        self.iter().map(|(_, value)| value)
    }

    pub(crate) fn into_pairs(self) -> impl Iterator<Item = (String, Tree)> {
        let (few, many) = match self.0 {
            Kept::Few(fields) => (fields, None),
            Kept::Many(fields) => (Vec::new(), Some(fields.into_iter())),
        };
        few.into_iter().chain(many.into_iter().flatten())
    }
}

impl PartialEq for Fields {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().all(|(key, value)| other.get(key) == Some(value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(count: u64) -> Fields {
        let mut fields = Fields::new();
        for number in 0..count {
            assert_eq!(fields.insert(format!("k{number}"), Tree::Scalar(number.into())), None);
        }
        fields
    }

    #[test]
    fn keeps_the_order_and_finds_the_fields_of_small_and_large_maps() {
        for count in [0, 1, 16, 17, 40] {
            let mut fields = numbers(count);
            assert_eq!(fields.len() as u64, count);
            let keys: Vec<String> = (0..count).map(|number| format!("k{number}")).collect();
            assert!(fields.keys().eq(keys.iter()), "{count}");
            for (number, key) in keys.iter().enumerate() {
                assert_eq!(fields.get(key), Some(&Tree::Scalar((number as u64).into())));
            }
            assert_eq!(fields.get("other"), None);
            if count > 1 {
                assert_eq!(fields.take("k0"), Some(Tree::Scalar(0.into())));
                assert!(fields.keys().eq(keys[1..].iter()), "{count}");
                let old = fields.insert("k1".to_owned(), Tree::Scalar(true.into()));
                assert_eq!(old, Some(Tree::Scalar(1.into())));
                assert!(fields.into_pairs().map(|(key, _)| key).eq(keys[1..].iter().cloned()));
            }
        }
    }
}
