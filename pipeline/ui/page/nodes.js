// The nodes of a run as a table, and one of them in full.

import { Keyed, element, setAttribute, setText, show } from "/asset/element.js";
import { runAddress, setChip, stateChip } from "/asset/list.js";
import { Log } from "/asset/log.js";
import { NODE_STATES, count, duration, moment, value } from "/asset/words.js";

/** The colours of a node's state. */
export const nodeColour = (state) => (state === "cut_off" ? "skipped" : state);

/** How many rows are shown before somebody asks for all. */
const FEW = 200;

/** A few words on how far a node is. */
export function progressWords(node) {
  if (node.waits) return "another process computes the same";
  const { progress } = node;
  if (!progress) return "";
  return `${Math.floor((100 * Math.min(progress.done, progress.total)) / progress.total)}%`;
}

/** Seconds that a node's action has run, or took. */
export function nodeSeconds(node, now) {
  if (node.state !== "running") return node.seconds;
  return Math.max(0, (now() - new Date(node.since).getTime()) / 1000);
}

/** What runs now, each with its progress. */
export class Running {
  constructor(run, now) {
    this.now = now;
    this.list = element("ul", { class: "running-nodes" });
    this.root = element("section", { "aria-labelledby": "running-title", hidden: true }, element("h2", { id: "running-title" }, "Running now"), this.list);
    this.items = new Keyed(this.list, (node) => this.make(run, node), (item, node) => this.update(item, node));
  }

  make(run, node) {
    return element("li", {},
      element("div", { class: "running-head" }, element("a", { href: runAddress(run, node.node) }, node.node), element("span", { class: "muted small running-time" })),
      element("progress", { "aria-label": node.node }),
      element("p", { class: "small running-words" }));
  }

  update(item, node) {
    item.node = node;
    const [, bar, words] = item.children;
    const { progress } = node;
    if (progress) {
      setAttribute(bar, "max", progress.total);
      setAttribute(bar, "value", Math.min(progress.done, progress.total));
      item.left = progress.seconds_left === null ? null : { seconds: progress.seconds_left, told: this.now() };
    } else {
      // Nobody knows how far it is: a bar that only moves.
      setAttribute(bar, "value", null);
      item.left = null;
    }
    const parts = [];
    if (node.failed_attempts > 0) parts.push(`attempt ${node.failed_attempts + 1}`);
    if (progress) parts.push(`${progress.done} of ${progress.total}`, progress.message);
    if (node.waits) parts.push("waits for another process that computes the same");
    setText(words, parts.filter(Boolean).join(" · "));
    this.age(item);
  }

  age(item) {
    const time = [duration(nodeSeconds(item.node, this.now))];
    if (item.left) {
      const left = item.left.seconds - (this.now() - item.left.told) / 1000;
      time.push(left > 0.5 ? `about ${duration(left)} left` : "any moment now");
    }
    setText(item.querySelector(".running-time"), time.join(", "));
  }

  set(nodes) {
    const running = nodes.filter((node) => node.state === "running");
    show(this.root, running.length > 0);
    this.items.set(running, (node) => node.node);
  }

  tick() {
    for (const item of this.list.children) this.age(item);
  }
}

/** All nodes. */
export class NodeTable {
  constructor(run, now) {
    this.now = now;
    this.run = run;
    this.nodes = [];
    this.all = false;
    this.only = null;
    this.rows = element("tbody");
    this.filter = element("input", { type: "search", placeholder: "Name or stage", "aria-label": "Show only nodes with this in their name or stage", on: { input: () => { this.only = null; this.draw(); } } });
    this.states = element("select", { "aria-label": "Show only nodes in this state", on: { change: () => this.draw() } },
      element("option", { value: "" }, "all states"), ...Object.entries(NODE_STATES).map(([state, word]) => element("option", { value: state }, word)));
    this.found = element("span", { class: "muted small", role: "status" });
    this.more = element("button", { type: "button", hidden: true, on: { click: () => { this.all = true; this.draw(); } } }, "Show all");
    this.table = element("table", { class: "node-table" },
      element("thead", {}, element("tr", {}, ...["Node", "Stage", "State", "Took"].map((title) => element("th", { scope: "col" }, title)))), this.rows);
    this.root = element("section", { "aria-labelledby": "nodes-title", hidden: true }, element("h2", { id: "nodes-title", tabindex: "-1" }, "Nodes"),
      element("div", { class: "actions" }, this.filter, this.states, this.found), this.table, this.more);
    this.items = new Keyed(this.rows, (node) => this.make(node), (row, node) => this.update(row, node));
  }

  make(node) {
    return element("tr", {}, element("th", { scope: "row" }, element("a", { href: runAddress(this.run, node.node) }, node.node)),
      element("td", { "data-title": "Stage" }), element("td", { "data-title": "State" }, stateChip(), " ", element("span", { class: "muted small" })), element("td", { class: "number", "data-title": "Took" }));
  }

  update(row, node) {
    row.node = node;
    const [, stage, state, took] = row.children;
    setText(stage, node.stage);
    setChip(state.firstElementChild, nodeColour(node.state), NODE_STATES[node.state]);
    setText(state.lastElementChild, [progressWords(node), node.warnings.length > 0 ? count(node.warnings.length, "warning") : ""].filter(Boolean).join(", "));
    setText(took, duration(nodeSeconds(node, this.now)));
  }

  set(nodes) {
    this.nodes = nodes;
    this.draw();
  }

  /** Shows only certain nodes, and goes there. */
  pick(names) {
    this.only = new Set(names);
    this.filter.value = "";
    this.states.value = "";
    this.draw();
    this.root.scrollIntoView({ block: "start" });
    this.root.querySelector("h2").focus({ preventScroll: true });
  }

  draw() {
    const text = this.filter.value.trim().toLowerCase();
    const state = this.states.value;
    const found = this.nodes.filter((node) => (!this.only || this.only.has(node.node)) && (!state || node.state === state) && (`${node.node} ${node.stage}`.toLowerCase().includes(text)));
    const shown = this.all ? found : found.slice(0, FEW);
    show(this.root, this.nodes.length > 0);
    show(this.more, shown.length < found.length);
    setText(this.more, `Show all ${found.length}`);
    const narrowed = found.length < this.nodes.length;
    setText(this.found, narrowed ? `${found.length} of ${this.nodes.length}` : "");
    this.items.set(shown, (node) => node.node);
  }

  tick() {
    for (const row of this.rows.children) if (row.node.state === "running") setText(row.lastElementChild, duration(nodeSeconds(row.node, this.now)));
  }
}

/** A failure in words. */
export function failureBox(node, address) {
  const { failure } = node;
  const box = element("div", { class: "notice failed" },
    element("p", { class: "notice-title" }, address ? element("a", { href: address }, node.node) : node.node, " failed"),
    element("p", {}, failure.message));
  if (failure.details.length > 0) box.append(element("ul", {}, ...failure.details.map((detail) => element("li", {}, detail))));
  if (failure.help) box.append(element("p", {}, element("strong", {}, "What to do: "), failure.help));
  if (failure.log_tail.length > 0) box.append(element("details", {}, element("summary", {}, "The last lines of its log"), element("pre", {}, failure.log_tail.join("\n"))));
  return box;
}

/** One node in full. */
export class NodePanel {
  constructor(run, now, points) {
    this.now = now;
    this.points = points;
    this.log = new Log();
    this.heading = element("h2", { id: "node-title", tabindex: "-1" });
    this.chip = stateChip();
    this.facts = element("dl", { class: "facts" });
    this.notes = element("div");
    this.noLog = element("p", { class: "muted", hidden: true });
    this.root = element("section", { class: "node-panel", "aria-labelledby": "node-title", hidden: true },
      element("div", { class: "node-head" }, this.heading, this.chip, element("a", { class: "button", href: runAddress(run) }, "Close")),
      this.facts, this.notes, element("h3", {}, "Log"), this.noLog, this.log.root);
    this.items = new Keyed(this.facts, () => element("div", {}, element("dt"), element("dd")), (item, [name, text]) => {
      setText(item.firstElementChild, name);
      setText(item.lastElementChild, text);
    });
  }

  /** Shows another node, or none. */
  select(name) {
    this.name = name;
    this.node = null;
    this.told = null;
    this.log.clear();
    show(this.root, name !== null);
    if (name === null) return;
    setText(this.heading, name);
    show(this.chip, false);
    this.notes.replaceChildren();
    this.items.set([], ([fact]) => fact);
  }

  /** Brings it into view, for somebody who asked for it. */
  reveal() {
    this.root.scrollIntoView({ block: "start" });
    this.heading.focus({ preventScroll: true });
  }

  set(node) {
    this.node = node;
    show(this.chip, true);
    setChip(this.chip, nodeColour(node.state), NODE_STATES[node.state]);
    this.age();
    const cached = node.state === "cached";
    this.log.quiet({ waiting: "It has not begun.", running: "Nothing was said so far." }[node.state] ?? "There is no log of it here.");
    show(this.noLog, cached);
    setText(this.noLog, cached ? "Its result was there already; what follows was said when it was computed. Of a run in progress it shows when the run is over." : "");
    const told = JSON.stringify([node.failure, node.warnings, node.reasons]);
    if (told === this.told) return;
    this.told = told;
    const parts = [];
    if (node.failure) parts.push(failureBox(node, null));
    if (node.warnings.length > 0) parts.push(element("div", { class: "notice warning" }, element("p", { class: "notice-title" }, count(node.warnings.length, "warning")), element("ul", {}, ...node.warnings.map((one) => element("li", {}, one)))));
    if (node.reasons.length > 0) parts.push(element("details", { open: true }, element("summary", {}, "Why it runs"), element("ul", {}, ...node.reasons.map((one) => element("li", {}, one)))));
    this.notes.replaceChildren(...parts);
  }

  age() {
    const { node } = this;
    if (!node) return;
    const facts = [["Stage", node.stage]];
    for (const [name, text] of Object.entries(node.coordinates)) facts.push([name, text]);
    if (node.since) facts.push(["Began", moment(node.since)]);
    const seconds = nodeSeconds(node, this.now);
    if (seconds !== null) facts.push([node.state === "running" ? "Runs for" : node.state === "cached" ? "Took, when computed" : "Took", duration(seconds)]);
    const { progress } = node;
    if (progress) facts.push(["Progress", `${progressWords(node)} (${progress.done} of ${progress.total}) ${progress.message}`.trim()]);
    if (node.after.length > 0) facts.push(["Reads", listed(node.after)]);
    for (const [metric, number] of this.points(node.node)) facts.push([metric, value(number)]);
    this.items.set(facts, ([name]) => name);
  }
}

function listed(names) {
  const shown = names.slice(0, 6).join(", ");
  return names.length > 6 ? `${shown} and ${names.length - 6} more` : shown;
}
