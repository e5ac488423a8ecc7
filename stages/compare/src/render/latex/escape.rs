//! Text in which nothing is a command, and which every engine can print.

use crate::render::plain::one_line;

/// Text on one line for a paragraph, a caption or a cell.
///
/// Characters that no font of a plain pdfLaTeX has are printed by their number, such as
/// `(U+4E2D)`, there, and as they are by XeLaTeX and LuaLaTeX, which take any font.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::new();
    let mut foreign = String::new();
    for c in one_line(text) {
        let command = command(c);
        if command.is_none() && !is_native(c) {
            foreign.push(c);
            continue;
        }
        put_foreign(&mut escaped, &mut foreign);
        match command {
            Some(command) => escaped.push_str(command),
            // Two in a row would be drawn as one dash.
            None if c == '-' && escaped.ends_with('-') => escaped.push_str("{}-"),
            None => match c {
                // At the start of a row these would belong to the line break before it.
                '[' | ']' | '*' => escaped.extend(['{', c, '}']),
                '&' | '%' | '$' | '#' | '_' | '{' | '}' => escaped.extend(['\\', c]),
                c => escaped.push(c),
            },
        }
    }
    put_foreign(&mut escaped, &mut foreign);
    escaped
}

fn put_foreign(escaped: &mut String, foreign: &mut String) {
    if foreign.is_empty() {
        return;
    }
    let numbers: Vec<_> = foreign.chars().map(|c| format!("(U+{:04X})", u32::from(c))).collect();
    // A primitive that pdfTeX has not.
    escaped.push_str("\\ifdefined\\Umathchar ");
    escaped.push_str(foreign);
    escaped.push_str("\\else");
    escaped.push_str(&numbers.concat());
    escaped.push_str("\\fi{}");
    foreign.clear();
}

/// What stands for a character that is not itself; all in fonts that every installation has.
fn command(c: char) -> Option<&'static str> {
    SYMBOLS.iter().find(|(symbol, _)| *symbol == c).map(|(_, command)| *command)
}

#[rustfmt::skip]
const SYMBOLS: [(char, &str); 74] = [
    ('\\', "\\textbackslash{}"), ('~', "\\textasciitilde{}"), ('^', "\\textasciicircum{}"),
    ('`', "\\`{}"), ('<', "\\textless{}"), ('>', "\\textgreater{}"),
    ('|', "\\textbar{}"), ('"', "''"), ('\u{a0}', "~"), ('\u{fffd}', "?"), ('\u{ad}', "\\-"),
    ('\u{b5}', "$\\mu$"), ('±', "$\\pm$"), ('×', "$\\times$"), ('÷', "$\\div$"),
    ('·', "$\\cdot$"), ('°', "$^\\circ$"), ('¹', "$^1$"), ('²', "$^2$"), ('³', "$^3$"),
    ('−', "$-$"), ('≤', "$\\leq$"), ('≥', "$\\geq$"), ('≠', "$\\neq$"), ('≈', "$\\approx$"),
    ('∞', "$\\infty$"), ('∈', "$\\in$"), ('√', "$\\surd$"), ('∑', "$\\sum$"),
    ('←', "$\\leftarrow$"), ('→', "$\\rightarrow$"), ('↑', "$\\uparrow$"), ('↓', "$\\downarrow$"),
    ('†', "$\\dagger$"), ('‡', "$\\ddagger$"), ('•', "$\\bullet$"), ('\u{2206}', "$\\Delta$"),
    ('Γ', "$\\Gamma$"), ('Δ', "$\\Delta$"), ('Θ', "$\\Theta$"), ('Λ', "$\\Lambda$"),
    ('Ξ', "$\\Xi$"), ('Π', "$\\Pi$"), ('Σ', "$\\Sigma$"), ('Υ', "$\\Upsilon$"),
    ('Φ', "$\\Phi$"), ('Ψ', "$\\Psi$"), ('Ω', "$\\Omega$"),
    ('α', "$\\alpha$"), ('β', "$\\beta$"), ('γ', "$\\gamma$"), ('δ', "$\\delta$"),
    ('ε', "$\\varepsilon$"), ('ζ', "$\\zeta$"), ('η', "$\\eta$"), ('θ', "$\\theta$"),
    ('ι', "$\\iota$"), ('κ', "$\\kappa$"), ('λ', "$\\lambda$"), ('μ', "$\\mu$"), ('ν', "$\\nu$"),
    ('ξ', "$\\xi$"), ('ο', "$o$"), ('π', "$\\pi$"), ('ρ', "$\\rho$"), ('ς', "$\\varsigma$"),
    ('σ', "$\\sigma$"), ('τ', "$\\tau$"), ('υ', "$\\upsilon$"), ('φ', "$\\varphi$"),
    ('χ', "$\\chi$"), ('ψ', "$\\psi$"), ('ω', "$\\omega$"), ('ϕ', "$\\phi$"),
];

/// Whether pdfLaTeX prints a character with its default font encoding (OT1), which lacks some
/// letters of the Latin alphabets.
fn is_native(c: char) -> bool {
    const LACKING: &str = "«»ÐÞðþĄąĐđĘęĦħĮįĸĿŀŉŊŋŦŧŲųſ";
    match c {
        ' '..='~' | '‐'..='―' | '‘' | '’' | '“' | '”' | '…' | 'Ș'..='ț' => true,
        '¡'..='ž' => !LACKING.contains(c),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn escapes_every_special_character() {
        assert_eq!(escape("50% of $x_1 & #2"), "50\\% of \\$x\\_1 \\& \\#2");
        assert_eq!(escape("\\input{/a}"), "\\textbackslash{}input\\{/a\\}");
        assert_eq!(escape("a~b^c"), "a\\textasciitilde{}b\\textasciicircum{}c");
        assert_eq!(escape("[2mm]*"), "{[}2mm{]}{*}");
        assert_eq!(escape("two\nlines"), "two lines");
        assert_eq!(escape("a--b---c"), "a-{}-b-{}-{}-c");
        assert_eq!(escape("`q' \"r\""), "\\`{}q' ''r''");
    }

    #[test]
    fn letters_stay_and_symbols_become_commands() {
        assert_eq!(escape("Größe Łódź – naïve"), "Größe Łódź – naïve");
        assert_eq!(escape("λ ± 5 µm ↑†"), "$\\lambda$ $\\pm$ 5 $\\mu$m $\\uparrow$$\\dagger$");
    }

    #[test]
    fn what_no_default_font_has_is_printed_by_its_number() {
        let expected = "a\\ifdefined\\Umathchar 中文\\else(U+4E2D)(U+6587)\\fi{} b";
        assert_eq!(escape("a中文 b"), expected);
        // LuaTeX takes the replacement character for broken UTF-8.
        assert_eq!(escape("a\u{ffff}b"), "a?b");
        assert_eq!(escape("ą"), "\\ifdefined\\Umathchar ą\\else(U+0105)\\fi{}");
    }
}
