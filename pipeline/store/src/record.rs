//! Records on disk: `{"checksum":"…","record":{…}}`, readable by people and by `jq`.

use std::path::{Path, PathBuf};

use crate::{ActionKey, ActionRecord, Digest};

const BEFORE_CHECKSUM: &[u8] = b"{\"checksum\":\"";
const BEFORE_RECORD: &[u8] = b"\",\"record\":";
const AFTER_RECORD: &[u8] = b"}\n";
const CHECKSUM_LENGTH: usize = 64;

/// Where the record of an action lies below the folder of records.
pub(crate) fn record_path(actions: &Path, key: ActionKey) -> PathBuf {
    let name = key.to_string();
    actions.join(&name[..2]).join(format!("{}.json", &name[2..]))
}

/// The key that a record's path stands for.
pub(crate) fn key_of_path(path: &Path) -> Option<ActionKey> {
    let folder = path.parent()?.file_name()?.to_str()?;
    let file = path.file_name()?.to_str()?.strip_suffix(".json")?;
    format!("{folder}{file}").parse().ok()
}

/// A record as it is written.
pub(crate) fn to_bytes(record: &ActionRecord) -> Vec<u8> {
    let json = serde_json::to_vec(record).expect("a record is plain data");
    let checksum = Digest::of_bytes(&json).to_string();
    [BEFORE_CHECKSUM, checksum.as_bytes(), BEFORE_RECORD, &json, AFTER_RECORD].concat()
}

/// Reads a record back.
///
/// # Errors
/// What is wrong with it, as the end of a sentence that begins with the record.
pub(crate) fn from_bytes(bytes: &[u8], key: ActionKey) -> Result<ActionRecord, String> {
    let json = checked(bytes).ok_or("is damaged: its checksum does not fit")?;
    let record: ActionRecord =
        serde_json::from_slice(json).map_err(|error| format!("is not readable: {error}"))?;
    if record.key != key {
        return Err(format!("belongs to action {}", record.key));
    }
    Ok(record)
}

/// The JSON of the record, if its checksum fits.
fn checked(bytes: &[u8]) -> Option<&[u8]> {
    let rest = bytes.strip_prefix(BEFORE_CHECKSUM)?;
    let (checksum, rest) = rest.split_at_checked(CHECKSUM_LENGTH)?;
    let json = rest.strip_prefix(BEFORE_RECORD)?.strip_suffix(AFTER_RECORD)?;
    (Digest::of_bytes(json).to_string().as_bytes() == checksum).then_some(json)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::Provenance;

    fn record() -> ActionRecord {
        ActionRecord {
            key: ActionKey(Digest::keyed("test", b"key")),
            fingerprint: serde_json::json!({"params": {"rate": 1e-3}}),
            outputs: BTreeMap::from([("out".to_owned(), Digest::of_bytes(b"tree"))]),
            provenance: Provenance::default(),
        }
    }

    #[test]
    fn comes_back_as_it_was_and_is_json() {
        let bytes = to_bytes(&record());
        assert_eq!(from_bytes(&bytes, record().key).unwrap(), record());
        let json: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(json["record"]["key"], record().key.to_string());
    }

    #[test]
    fn any_changed_byte_is_noticed() {
        let bytes = to_bytes(&record());
        for at in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1;
            assert!(from_bytes(&damaged, record().key).is_err(), "byte {at}");
        }
        assert!(from_bytes(b"", record().key).is_err());
    }

    #[test]
    fn a_record_in_the_wrong_place_is_refused() {
        let other = ActionKey(Digest::keyed("test", b"other"));
        let error = from_bytes(&to_bytes(&record()), other).unwrap_err();
        assert!(error.starts_with("belongs to action"), "{error}");
    }

    #[test]
    fn a_path_leads_back_to_its_key() {
        let key = record().key;
        assert_eq!(key_of_path(&record_path(Path::new("actions"), key)), Some(key));
        assert_eq!(key_of_path(Path::new("actions/ab/readme.txt")), None);
    }
}
