//! What pages have in common: escaping, the style sheet, the document around their content, and
//! graphs as pictures.
//!
//! A [`Page`] is one file that asks the network for nothing and says so in its content security
//! policy. Colours are custom properties with a light and a dark value each ([`TOKENS`]), so that
//! whatever is put into a page follows the reader's choice. Every text from outside goes through
//! [`escape`], also inside a [`Dag`]'s picture.
//!
//! ```
//! use pipeline_page::{Page, escape};
//!
//! let main = format!("<h1>{}</h1>", escape("a < b"));
//! let page = Page { title: "Example", main: &main, ..Page::default() };
//! assert!(page.html().contains("<h1>a &lt; b</h1>"));
//! ```

mod dag;
mod document;
mod escape;
mod script;
mod style;
mod tokens;

pub use dag::{Dag, DagBox, DagNode, DagOptions, Direction, Drawing, NodeState};
pub use document::Page;
pub use escape::{clean, escape, identifier, json_in_script};
pub use script::{COPY_SCRIPT, DAG_SCRIPT, THEME_SCRIPT, THEME_SWITCH, THEME_SWITCH_SCRIPT};
pub use style::style_sheet;
pub use tokens::{TOKENS, Token};
