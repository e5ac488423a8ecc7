//! The document around a page's content.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use crate::escape::{clean, escape, identifier, json_in_script};
use crate::script::{THEME_SCRIPT, THEME_SWITCH, THEME_SWITCH_SCRIPT};
use crate::style::style_sheet;

/// A page in one file: it brings its style and scripts along and may fetch nothing.
///
/// `header`, `main` and `footer` are HTML; whoever makes them escapes what comes from outside.
#[derive(Debug, Clone, Copy)]
pub struct Page<'a> {
    /// The title, as plain text.
    pub title: &'a str,
    /// What the page is about in a sentence, as plain text; none if empty.
    pub description: &'a str,
    /// The language of its text.
    pub language: &'a str,
    /// HTML of the page's head line, beside the theme switch.
    pub header: &'a str,
    /// HTML of the content, with the only `h1`.
    pub main: &'a str,
    /// HTML below the content; none if empty.
    pub footer: &'a str,
    /// Style sheets beside the shared one.
    pub styles: &'a [&'a str],
    /// Scripts beside that of the theme, in order.
    pub scripts: &'a [&'a str],
    /// Data for the scripts: an element's id and a JSON text each.
    pub data: &'a [(&'a str, &'a str)],
}

impl Default for Page<'_> {
    fn default() -> Self {
        Self {
            title: "",
            description: "",
            language: "en",
            header: "",
            main: "",
            footer: "",
            styles: &[],
            scripts: &[],
            data: &[],
        }
    }
}

impl Page<'_> {
    /// Writes the document; equal pages give equal bytes.
    ///
    /// Its policy names the digests of its own style and scripts, so that nothing else runs or
    /// styles, whatever else the content holds: no handler in an attribute, no foreign script, no
    /// image, font or form.
    pub fn html(&self) -> String {
        let style = [&style_sheet(), &self.styles.concat()].map(String::as_str).concat();
        let mut script = String::from(THEME_SWITCH_SCRIPT);
        for more in self.scripts {
            script.push_str(more);
        }
        let policy = policy(&style, &[THEME_SCRIPT, &script]);
        let description = if self.description.is_empty() {
            String::new()
        } else {
            let text = escape(&clean(self.description));
            format!("<meta name=\"description\" content=\"{text}\">\n")
        };
        let data: String = self.data.iter().map(|(id, json)| data_block(id, json)).collect();
        let footer = if self.footer.is_empty() {
            String::new()
        } else {
            format!("<footer class=\"page-footer\">\n{}\n</footer>\n", self.footer)
        };
        format!(
            "<!doctype html>\n<html lang=\"{language}\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n\
             <meta name=\"referrer\" content=\"no-referrer\">\n\
             {description}<title>{title}</title>\n\
             <link rel=\"icon\" href=\"data:,\">\n\
             <style>{style}</style>\n<script>{THEME_SCRIPT}</script>\n</head>\n<body>\n\
             <a class=\"skip-link\" href=\"#content\">Skip to the content</a>\n\
             <header class=\"page-header\">\n<div class=\"page-header-text\">{header}</div>\n\
             {THEME_SWITCH}\n</header>\n\
             <main id=\"content\" tabindex=\"-1\">\n{main}\n</main>\n{footer}{data}\
             <script>{script}</script>\n</body>\n</html>\n",
            language = escape(self.language),
            title = escape(&clean(self.title)),
            header = self.header,
            main = self.main,
        )
    }
}

fn data_block(id: &str, json: &str) -> String {
    let (id, json) = (identifier(id), json_in_script(json));
    format!("<script type=\"application/json\" id=\"{id}\">{json}</script>\n")
}

fn policy(style: &str, scripts: &[&str]) -> String {
    let source = |text: &str| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)));
    let scripts: Vec<String> = scripts.iter().map(|text| source(text)).collect();
    format!(
        "default-src 'none'; style-src {}; script-src {}; img-src data:; base-uri 'none'; \
         form-action 'none'",
        source(style),
        scripts.join(" ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_whole_and_its_policy_names_what_it_holds() {
        let page = Page {
            title: "a <b>",
            description: "about \"it\"",
            main: "<h1>x</h1>",
            footer: "end",
            scripts: &["let a = 1;\n"],
            data: &[("numbers", "[\"</script>\"]")],
            ..Page::default()
        };
        let html = page.html();
        assert!(html.starts_with("<!doctype html>\n<html lang=\"en\">"), "{html}");
        assert!(html.contains("<title>a &lt;b&gt;</title>"));
        assert!(html.contains("content=\"about &quot;it&quot;\""));
        assert!(html.contains("id=\"numbers\">[\"\\u003c/script\\u003e\"]</script>"));
        assert_eq!(html, page.html());
        let policy = html.split("content=\"default-src 'none'").nth(1).unwrap();
        let policy = policy.split('"').next().unwrap();
        for (open, close) in [("<style>", "</style>"), ("<script>", "</script>")] {
            for block in html.split(open).skip(1) {
                let text = block.split(close).next().unwrap();
                let digest = STANDARD.encode(Sha256::digest(text));
                assert!(policy.contains(&digest), "{open} with {digest} is not in {policy}");
            }
        }
        assert!(!policy.contains("unsafe"), "{policy}");
    }

    #[test]
    fn the_digest_is_that_of_the_standard() {
        // printf 'alert(1)' | openssl dgst -sha256 -binary | base64
        let digest = "bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI=";
        assert!(policy("", &["alert(1)"]).contains(digest), "{}", policy("", &["alert(1)"]));
    }
}
