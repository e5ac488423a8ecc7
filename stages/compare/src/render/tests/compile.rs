//! Tables become pages: what people paste into a paper compiles as it is.

use std::io::ErrorKind;
use std::path::Path;
use std::process::Command;

use super::{HOSTILE, Names, PLAIN, sample};
use crate::layout::Block;
use crate::render::{LatexNumbers, latex, typst};

/// The plain sample and one of hostile names in every place.
fn all() -> Vec<Block> {
    let mut blocks = sample(&PLAIN);
    for name in HOSTILE {
        blocks.extend(sample(&Names {
            title: name,
            sentence: name,
            row_header: name,
            outer: name,
            inner: name,
            group: name,
            label: name,
        }));
    }
    blocks
}

/// Runs a program in a folder; none where there is no such program.
fn output_of(program: &str, arguments: &[&str], dir: &Path) -> Option<(bool, String)> {
    match Command::new(program).args(arguments).current_dir(dir).output() {
        Ok(output) => {
            let text = [output.stdout, output.stderr].concat();
            Some((output.status.success(), String::from_utf8_lossy(&text).into_owned()))
        }
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => panic!("cannot start {program}: {error}"),
    }
}

fn compiles(numbers: LatexNumbers, packages: &[&str]) {
    let dir = tempfile::tempdir().unwrap();
    for package in packages {
        let found = output_of("kpsewhich", &[&format!("{package}.sty")], dir.path());
        if !found.is_some_and(|(found, _)| found) {
            println!("skipped: there is no LaTeX, or no package {package}");
            return;
        }
    }
    let packages = format!("\\usepackage{{{}}}\n", packages.join(","));
    let article = format!(
        "\\documentclass{{article}}\n{packages}\\begin{{document}}\n\\input{{tables}}\n\
         \\clearpage\n\\end{{document}}\n"
    );
    fs_err::write(dir.path().join("article.tex"), article).unwrap();
    fs_err::write(dir.path().join("tables.tex"), latex(&all(), numbers)).unwrap();
    let options = ["-no-shell-escape", "-halt-on-error", "-interaction=nonstopmode", "article.tex"];
    let Some((compiled, log)) = output_of("pdflatex", &options, dir.path()) else {
        println!("skipped: there is no pdflatex");
        return;
    };
    assert!(compiled && dir.path().join("article.pdf").exists(), "{log}");
    // No name has become a command, an alignment or a file.
    for complaint in ["Misplaced", "Extra alignment", "passwd", "Undefined control sequence"] {
        assert!(!log.contains(complaint), "{log}");
    }
    // A box that is a point wider than the page is seen by nobody; TeX calls it overfull all the same.
    let overfull = log.lines().filter_map(|line| {
        let points = line.split_once("Overfull \\hbox (")?.1.split_once("pt")?.0;
        points.parse::<f64>().ok().filter(|points| *points > 1.0).map(|_| line)
    });
    assert_eq!(overfull.collect::<Vec<_>>(), [""; 0], "{log}");
}

#[test]
fn latex_compiles_as_it_is() {
    compiles(LatexNumbers::Plain, &["booktabs", "graphicx"]);
}

#[test]
fn latex_with_siunitx_compiles_as_it_is() {
    compiles(LatexNumbers::Siunitx, &["booktabs", "siunitx", "graphicx"]);
}

#[test]
fn typst_compiles_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    fs_err::write(dir.path().join("tables.typ"), typst(&all())).unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("two deep");
    let prepared = root.join(".python/bin/python");
    let python = if prepared.exists() { prepared } else { "python3".into() };
    let script = "import typst, sys; typst.compile('tables.typ', output='tables.pdf')";
    let by_package = ["-c", "import typst"];
    let program = output_of("typst", &["--version"], dir.path()).is_some();
    let python = python.to_string_lossy();
    let result = if program {
        output_of("typst", &["compile", "tables.typ"], dir.path())
    } else if output_of(&python, &by_package, dir.path()).is_some_and(|(found, _)| found) {
        output_of(&python, &["-c", script], dir.path())
    } else {
        println!("skipped: there is neither the program nor the Python package typst");
        return;
    };
    let (compiled, log) = result.expect("it was there before");
    assert!(compiled && dir.path().join("tables.pdf").exists(), "{log}");
}
