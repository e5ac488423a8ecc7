//! What the formats look like.

use super::{PLAIN, digits, sample};
use crate::layout::{Cell, Spread};
use crate::render::{LatexNumbers, csv, html, latex, markdown, typst};

#[test]
fn markdown_lines_up_and_marks() {
    insta::assert_snapshot!(markdown(&sample(&PLAIN)));
}

#[test]
fn latex_has_nested_headers_and_invisible_digits() {
    insta::assert_snapshot!(latex(&sample(&PLAIN), LatexNumbers::Plain));
}

#[test]
fn latex_with_siunitx_has_columns_of_numbers() {
    insta::assert_snapshot!(latex(&sample(&PLAIN), LatexNumbers::Siunitx));
}

#[test]
fn html_is_a_figure_without_script() {
    let text = html(&sample(&PLAIN));
    assert!(!text.contains("style=") && !text.contains("<script"));
    insta::assert_snapshot!(text);
}

#[test]
fn typst_is_a_figure_of_strings() {
    insta::assert_snapshot!(typst(&sample(&PLAIN)));
}

#[test]
fn csv_has_a_field_for_every_number() {
    insta::assert_snapshot!(csv::table_csv(&sample(&PLAIN)[0].main));
}

#[test]
fn csv_and_html_hold_full_precision() {
    let mut blocks = sample(&PLAIN);
    let third = 100.0 / 3.0;
    let value = crate::layout::Digits { exact: third, ..digits("33.33") };
    let cell = Cell { value: Some(value), spread: Spread::None, ..Cell::plain("0") };
    blocks[0].main.rows[0].cells[0] = cell;
    let line = csv::table_csv(&blocks[0].main).lines().nth(1).unwrap().to_owned();
    assert_eq!(line.split(',').nth(2).unwrap().parse(), Ok(third));
    assert!(html(&blocks).contains(&format!("data-value=\"{third}\">33.33<")));
}

#[test]
fn points_stand_below_each_other_in_markdown() {
    let text = markdown(&sample(&PLAIN));
    let rows: Vec<Vec<char>> = text
        .lines()
        .filter(|line| line.starts_with("| "))
        .map(|line| line.chars().collect())
        .collect();
    let points =
        |row: &[char]| -> Vec<usize> { (0..row.len()).filter(|at| row[*at] == '.').collect() };
    // The second column has entries of two and three digits before the point, bold and in italics.
    let first = points(&rows[2]);
    assert!(first.len() >= 6, "{text}");
    assert_eq!(first[0], points(&rows[3])[0], "{text}");
    assert_eq!(first[2], points(&rows[3])[2], "{text}");
    assert_eq!(first[3], points(&rows[3])[3], "{text}");
}
