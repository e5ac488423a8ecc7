//! `lib.rs` and `mod.rs` are tables of contents.

use crate::rust_text::{code_only, production};
use crate::{SourceFile, Tree, Violation};

/// What begins an item that holds logic.
const LOGIC: [&str; 6] = ["fn ", "async fn ", "const fn ", "unsafe fn ", "impl", "macro_rules!"];

/// Finds logic and glob re-exports at the top level of `lib.rs` and `mod.rs`.
///
/// Types and traits may stand there: they say what the module is about. `mod.rs` may also hold the
/// one list that chooses among its files, in at most `list_lines` lines of functions and `impl`s.
pub fn no_logic(tree: &Tree, list_lines: usize) -> Vec<Violation> {
    let mut violations = Vec::new();
    for file in tree.rust().filter(|file| !file.is_test()) {
        let limit = match file.name() {
            "lib.rs" => 0,
            "mod.rs" => list_lines,
            _ => continue,
        };
        violations.extend(globs(file));
        let (first, lines) = logic(file);
        if lines > limit {
            let message = format!(
                "holds {lines} lines of logic, {limit} are allowed in {}: move it to files named \
                 after what it does",
                file.name()
            );
            violations.push(Violation::at(&file.path, first, message));
        }
    }
    violations
}

fn globs(file: &SourceFile) -> Vec<Violation> {
    let mut violations = Vec::new();
    for (index, line) in code_only(production(&file.text)).lines().enumerate() {
        let item = without_visibility(line);
        if item != line && item.starts_with("use ") && item.contains('*') {
            let message = "re-exports with `*`; list the names, so that a reader finds them";
            violations.push(Violation::at(&file.path, index + 1, message));
        }
    }
    violations
}

/// Returns the line of the first item with logic, and how many lines all of them have.
fn logic(file: &SourceFile) -> (usize, usize) {
    let code = code_only(production(&file.text));
    let (mut first, mut count, mut inside) = (0, 0, false);
    for (index, line) in code.lines().enumerate() {
        let item = without_visibility(line);
        if LOGIC.iter().any(|start| item.starts_with(start)) {
            inside = true;
            first = if first == 0 { index + 1 } else { first };
        }
        count += usize::from(inside && !line.trim().is_empty());
        // An item at the top level ends with a brace in the first column, or on its own line.
        if line.starts_with('}') || line.ends_with("{}") {
            inside = false;
        }
    }
    (first, count)
}

fn without_visibility(line: &str) -> &str {
    line.strip_prefix("pub(crate) ").or(line.strip_prefix("pub ")).unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODE: &str = "//! fn docs()\nmod a;\npub use a::*;\npub use a::{B, C};\npub trait T {\n    \
                        fn f(&self) {}\n}\npub fn f() {\n\n    // Comment.\n    g();\n}\n\
                        impl B {}\nstruct D;\n#[cfg(test)]\nmod tests {\nfn g() {}\n}\n";

    fn found(path: &str, list_lines: usize) -> Vec<Option<usize>> {
        let violations = no_logic(&Tree::of(&[(path, CODE)]), list_lines);
        violations.iter().map(|found| found.line).collect()
    }

    #[test]
    fn allows_no_logic_in_a_library_file() {
        assert_eq!(found("a/src/lib.rs", 9), [Some(3), Some(8)]);
        assert_eq!(found("a/src/other.rs", 0), []);
    }

    #[test]
    fn allows_a_short_list_in_a_module_file() {
        // `f` has three lines of code, the `impl` one.
        assert_eq!(found("a/src/b/mod.rs", 4), [Some(3)]);
        assert_eq!(found("a/src/b/mod.rs", 3), [Some(3), Some(8)]);
        assert_eq!(found("a/tests/b/mod.rs", 0), []);
    }
}
