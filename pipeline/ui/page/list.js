// All runs.

import { TallyBar } from "/asset/bar.js";
import { Keyed, element, setAttribute, setText, show } from "/asset/element.js";
import { RUN_STATES, count, duration, moment } from "/asset/words.js";

/** Where the page of a run is. */
export function runAddress(name, node = null) {
  const parts = [name.experiment, name.id ?? name.run];
  if (node) parts.push(node);
  return `#/run/${parts.map(encodeURIComponent).join("/")}`;
}

/** Where the report of a run is. */
export function reportAddress(name) {
  return `/report/${encodeURIComponent(name.experiment)}/${encodeURIComponent(name.id)}`;
}

/** A word for a state, in its colour. */
export function stateChip() {
  return element("span", { class: "state" });
}

/** Brings a chip up to date. `shown` names its colours. */
export function setChip(chip, shown, word) {
  setAttribute(chip, "class", `state state-${shown.replace("_", "-")}`);
  setText(chip, word);
}

/** The colours of a run's state. */
export const RUN_COLOURS = {
  running: "running",
  done: "ran",
  failed: "failed",
  stopped: "skipped",
  interrupted: "skipped",
};

/** How many rows are shown before somebody asks for all. */
const FEW = 100;

/** The list. */
export class ListView {
  constructor(program, now) {
    this.now = now;
    this.cards = [];
    this.all = false;
    this.live = element("ul", { class: "run-cards" });
    this.liveSection = element("section", { "aria-labelledby": "live-title", hidden: true },
      element("h2", { id: "live-title" }, "Running"), this.live);
    this.rows = element("tbody");
    this.filter = element("input", { type: "search", placeholder: "Experiment", "aria-label": "Show only runs of experiments with this in their name", on: { input: () => this.draw() } });
    this.found = element("span", { class: "muted small", role: "status" });
    this.more = element("button", { type: "button", hidden: true, on: { click: () => { this.all = true; this.draw(); } } }, "Show all");
    this.table = element("table", { class: "past-runs" },
      element("thead", {}, element("tr", {}, ...["Experiment", "State", "Began", "Took", "Nodes", "Report"].map((title) => element("th", { scope: "col" }, title)))),
      this.rows);
    this.pastSection = element("section", { "aria-labelledby": "past-title", hidden: true },
      element("h2", { id: "past-title" }, "Past runs"),
      element("div", { class: "actions" }, this.filter, this.found), this.table, this.more);
    this.empty = element("div", { class: "empty", hidden: true },
      element("h2", {}, "No run yet"),
      element("p", {}, "Start one in a terminal; it appears here by itself:"),
      element("pre", {}, element("code", {}, `${program} run experiments/quickstart.yaml`)),
      element("p", { class: "muted" }, "Only runs that execute something leave a trace here. They are looked for in ",
        element("code", {}, document.querySelector("meta[name=place]").content), "; another folder is chosen with ", element("code", {}, "--runs DIR"), "."));
    this.waiting = element("p", { class: "muted" }, "Looking for runs …");
    this.root = element("div", {}, element("h1", {}, "Runs"), this.waiting, this.empty, this.liveSection, this.pastSection);
    this.liveItems = new Keyed(this.live, (card) => this.makeCard(card), (item, card) => this.updateCard(item, card));
    this.pastItems = new Keyed(this.rows, (card) => this.makeRow(card), (row, card) => this.updateRow(row, card));
  }

  title() {
    const live = this.cards.filter((card) => card.state === "running").length;
    return live > 0 ? `● ${count(live, "run")} in progress` : "Runs";
  }

  hear() {}

  set(cards) {
    // Newest first; names of runs sort by time.
    this.cards = cards.sort((a, b) => (a.name.id < b.name.id ? 1 : a.name.id > b.name.id ? -1 : a.name.experiment.localeCompare(b.name.experiment)));
    this.draw();
  }

  draw() {
    const live = this.cards.filter((card) => card.state === "running");
    const wanted = this.filter.value.trim().toLowerCase();
    const past = this.cards.filter((card) => card.state !== "running");
    const found = past.filter((card) => card.name.experiment.toLowerCase().includes(wanted));
    const shown = this.all ? found : found.slice(0, FEW);
    show(this.waiting, false);
    show(this.empty, this.cards.length === 0);
    show(this.liveSection, live.length > 0);
    show(this.pastSection, past.length > 0);
    show(this.more, shown.length < found.length);
    show(this.filter, past.length > 8);
    setText(this.more, `Show all ${found.length}`);
    setText(this.found, wanted ? count(found.length, "run") : "");
    const key = (card) => `${card.name.experiment}\n${card.name.id}`;
    this.liveItems.set(live, key);
    this.pastItems.set(shown, key);
  }

  makeCard(card) {
    const bar = new TallyBar();
    const item = element("li", { class: "run-card" },
      element("h3", {}, element("a", { href: runAddress(card.name) }, card.name.experiment)),
      element("p", { class: "muted small" }, element("span", { class: "elapsed" }), " · ", element("code", {}, card.name.id)),
      bar.root);
    item.bar = bar;
    return item;
  }

  updateCard(item, card) {
    item.card = card;
    item.bar.set(card.tally, false);
    this.age(item);
  }

  age(item) {
    const began = new Date(item.card.started_at).getTime();
    setText(item.querySelector(".elapsed"), `running for ${duration((this.now() - began) / 1000) || "a moment"}`);
  }

  makeRow(card) {
    const report = element("a", { href: reportAddress(card.name), target: "_blank", rel: "noopener" }, "report");
    return element("tr", {},
      element("th", { scope: "row" }, element("a", { href: runAddress(card.name) }, card.name.experiment), element("br"), element("code", { class: "muted" }, card.name.id)),
      element("td", { "data-title": "State" }, stateChip()),
      element("td", { "data-title": "Began" }),
      element("td", { "data-title": "Took" }),
      element("td", { "data-title": "Nodes" }),
      element("td", { "data-title": "Report" }, report));
  }

  updateRow(row, card) {
    const [, state, began, took, nodes, report] = row.children;
    setChip(state.firstElementChild, RUN_COLOURS[card.state], RUN_STATES[card.state]);
    setText(began, moment(card.started_at));
    setText(took, duration(card.seconds));
    setText(nodes, shortTally(card.tally));
    show(report.firstElementChild, card.report);
  }

  tick() {
    for (const item of this.live.children) this.age(item);
  }
}

function shortTally(tally) {
  const known = [["ran", tally.ran], ["cached", tally.cached], ["failed", tally.failed], ["skipped", tally.skipped]];
  const parts = known.filter(([, number]) => number > 0).map(([word, number]) => `${number} ${word}`);
  return parts.length > 0 ? parts.join(", ") : count(tally.nodes, "node");
}
