//! The paths in an archive.

use std::path::{Component, Path, PathBuf};

/// Where an entry goes below the target folder, after leaving out leading folders; none if nothing
/// of its path is left.
///
/// # Errors
/// A sentence, if the path is absolute, climbs out of its folder, or is not UTF-8.
pub(super) fn below(raw: &Path, strip: usize) -> Result<Option<PathBuf>, String> {
    let mut parts = Vec::new();
    for part in raw.components() {
        match part {
            Component::Normal(part) => {
                let part = part
                    .to_str()
                    .ok_or_else(|| format!("the path `{}` is not UTF-8", raw.display()))?;
                parts.push(part);
            }
            Component::CurDir => {}
            Component::RootDir | Component::Prefix(_) => {
                return Err(format!("`{}` is an absolute path", raw.display()));
            }
            Component::ParentDir => {
                return Err(format!("`{}` climbs out of its folder", raw.display()));
            }
        }
    }
    Ok((parts.len() > strip).then(|| parts[strip..].iter().collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_paths_inside_and_strips_folders() {
        let path = |text: &str, strip| below(Path::new(text), strip).unwrap();
        assert_eq!(path("a/b/c", 0), Some("a/b/c".into()));
        assert_eq!(path("./a/./b", 1), Some("b".into()));
        assert_eq!(path("a/", 1), None);
        assert_eq!(path("a", 2), None);
    }

    #[test]
    fn refuses_paths_that_lead_elsewhere() {
        for text in ["/etc/passwd", "../a", "a/../../b", "a/.."] {
            assert!(below(Path::new(text), 0).is_err(), "{text} was accepted");
            // Leaving folders out must not make it acceptable.
            assert!(below(Path::new(text), 1).is_err(), "{text} was accepted");
        }
    }
}
