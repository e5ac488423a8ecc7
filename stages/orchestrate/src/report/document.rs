//! The page as a whole.

use pipeline_page::{COPY_SCRIPT, Page, escape};

use super::content::Content;
use super::words::{each, name, section};
use super::{figures, graph, nodes, notices, provenance, scores, summary, tables};

const STYLE: &str = include_str!("assets/report.css");
const LINKS_SCRIPT: &str = include_str!("assets/links.js");
const SCORES_SCRIPT: &str = include_str!("assets/scores.js");

/// Writes the page; equal content gives equal bytes.
pub(super) fn document(content: &Content) -> String {
    let report = &content.report;
    let (drilldown, data) = scores::drilldown(&content.scores);
    let parts = [
        ("graph", "What ran", graph::graph(report)),
        ("tables", "Tables", tables::tables(&content.files)),
        ("figures", "Figures", figures::figures(&content.files)),
        ("subjects", "Every subject", drilldown),
        ("nodes", "Nodes and parameters", nodes::nodes(content)),
        ("provenance", "Provenance", provenance::provenance(content)),
    ];
    let parts = parts.iter().filter(|(_, _, body)| !body.is_empty());
    let contents = each(parts.clone(), |(id, heading, _)| {
        format!("<li><a href=\"#{id}\">{}</a></li>\n", escape(heading))
    });
    let sections = each(parts, |(id, heading, body)| section(id, heading, body));
    let main = format!(
        "{}{}{}<nav class=\"contents\" aria-label=\"Contents\">\n<ul>\n{contents}</ul>\n</nav>\n\
         {sections}<p class=\"offscreen\" role=\"status\" data-copy-status></p>\n",
        summary::summary(content),
        notices::notices(report),
        summary::reproduce(content),
    );
    let (_, ending) = summary::ending(report);
    let title = format!("{}: report", report.experiment);
    let description = format!("Run of {}, {ending}.", report.experiment);
    let header = format!(
        "Run of {} · {}",
        name(&summary::readable_time(&report.started_at)),
        name(&report.program)
    );
    let data: Vec<(&str, &str)> =
        data.as_deref().map(|json| (scores::DATA_ID, json)).into_iter().collect();
    let page = Page {
        title: &title,
        description: &description,
        header: &header,
        main: &main,
        footer: "<p>Made by <code>orchestrate report</code>. This file asks the network for nothing.</p>",
        styles: &[STYLE],
        scripts: &[COPY_SCRIPT, LINKS_SCRIPT, SCORES_SCRIPT],
        data: &data,
        ..Page::default()
    };
    page.html()
}
