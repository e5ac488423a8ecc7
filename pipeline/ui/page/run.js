// One run.

import { TallyBar } from "/asset/bar.js";
import { Charts } from "/asset/chart.js";
import { Keyed, announce, element, setText, show } from "/asset/element.js";
import { Graph } from "/asset/graph.js";
import { RUN_COLOURS, reportAddress, runAddress, setChip, stateChip } from "/asset/list.js";
import { NodePanel, NodeTable, Running, failureBox, progressWords } from "/asset/nodes.js";
import { RUN_STATES, commandLine, duration, moment } from "/asset/words.js";

const secret = document.querySelector("meta[name=page-secret]").content;

/** How many failures are told before the table has to be asked. */
const MOST_FAILURES = 10;

/** The page of a run. */
export class RunView {
  constructor(experiment, id, now) {
    this.name = { experiment, id };
    this.now = now;
    this.nodes = new Map();
    this.card = null;
    this.chosen = null;
    this.chip = stateChip();
    this.time = element("span");
    this.bar = new TallyBar();
    this.stopButton = element("button", { type: "button", class: "danger", hidden: true, on: { click: () => this.askToStop(true) } }, "Stop run");
    this.reallyStop = element("button", { type: "button", class: "danger", on: { click: () => this.stop() } }, "Stop it");
    this.stopQuestion = element("span", { class: "question", hidden: true }, "Running actions save their work; what is done stays. ",
      this.reallyStop, " ", element("button", { type: "button", on: { click: () => this.askToStop(false) } }, "Go on"));
    this.stopNote = element("span", { role: "status" });
    this.report = element("a", { class: "button", href: reportAddress(this.name), target: "_blank", rel: "noopener", hidden: true }, "Open report");
    this.command = element("code");
    this.commandBox = element("details", { class: "command", hidden: true }, element("summary", {}, "Command"), element("pre", {}, this.command));
    this.missing = element("div", { class: "notice warning", hidden: true }, element("p", {}, "There is no such run any more. "), element("p", {}, element("a", { href: "#/" }, "To all runs")));
    this.waiting = element("p", { class: "muted" }, "Looking for the run …");
    this.interrupted = element("p", { class: "notice warning", hidden: true }, "The process of this run is gone without an end. Everything that was finished is kept; run the same command again to go on.");
    this.failures = element("section", { "aria-label": "Failures", hidden: true });
    this.failureItems = new Keyed(this.failures, (node) => failureBox(node, runAddress(this.name, node.node)), () => {});
    this.charts = new Charts();
    this.graph = new Graph((node) => this.go(node), (members) => this.table.pick(members));
    this.running = new Running(this.name, now);
    this.table = new NodeTable(this.name, now);
    this.panel = new NodePanel(this.name, now, (node) => this.latest(node));
    this.whole = element("div", { hidden: true }, this.bar.root,
      element("div", { class: "actions" }, this.report, this.stopButton, this.stopQuestion, this.stopNote),
      this.interrupted, this.failures, this.commandBox, this.panel.root, this.running.root, this.graph.root, this.charts.root, this.table.root);
    this.root = element("div", {}, element("nav", { class: "path", "aria-label": "Where you are" }, element("a", { href: "#/" }, "← All runs")),
      element("h1", {}, experiment, " ", this.chip), element("p", { class: "muted" }, element("code", {}, id), " ", this.time), this.waiting, this.missing, this.whole);
    show(this.chip, false);
  }

  is(experiment, id) {
    return this.name.experiment === experiment && this.name.id === id;
  }

  title() {
    if (!this.card) return this.name.experiment;
    const { state, tally } = this.card;
    const over = tally.ran + tally.cached + tally.failed + tally.skipped;
    return state === "running" ? `● ${over}/${tally.nodes} ${this.name.experiment}` : `${this.name.experiment}: ${RUN_STATES[state]}`;
  }

  go(node) {
    const address = runAddress(this.name, node);
    if (location.hash === address) this.panel.reveal();
    else location.hash = address;
  }

  /** Shows a node, or none. */
  select(node) {
    if (this.chosen === node) return;
    this.chosen = node;
    this.panel.select(node);
    const known = this.nodes.get(node);
    if (known) this.panel.set(known);
    if (node && this.card) this.panel.reveal();
  }

  hear(kind, data) {
    if (kind === "missing") {
      show(this.waiting, false);
      show(this.missing, true);
    }
    if (kind === "log") this.panel.log.hear(data);
    if (kind === "run") this.take(data);
  }

  take(change) {
    const first = this.card === null;
    if (change.whole) {
      this.nodes.clear();
      this.charts.clear();
    }
    const before = this.card?.state;
    this.card = change.card;
    for (const node of change.nodes) {
      const known = this.nodes.get(node.node);
      if (known && known.state !== node.state && node.state === "failed") announce(`${node.node} failed`);
      this.nodes.set(node.node, node);
    }
    if (change.whole) this.graph.draw(change.pictures);
    this.graph.update(change.nodes, progressWords);
    const nodes = [...this.nodes.values()];
    this.charts.call(nodes);
    this.charts.take(change.points);
    this.running.set(nodes);
    this.table.set(nodes);
    const failed = nodes.filter((node) => node.failure).slice(0, MOST_FAILURES);
    this.failureItems.set(failed, (node) => `${node.node}\n${JSON.stringify(node.failure)}`);
    show(this.failures, failed.length > 0);
    const chosen = this.nodes.get(this.chosen);
    if (chosen) this.panel.set(chosen);
    this.head(change, before);
    if (first && this.chosen) this.panel.reveal();
  }

  head(change, before) {
    const { card } = change;
    const over = card.state !== "running";
    show(this.waiting, false);
    show(this.missing, false);
    show(this.whole, true);
    show(this.chip, true);
    setChip(this.chip, RUN_COLOURS[card.state], RUN_STATES[card.state]);
    this.bar.set(card.tally, over);
    show(this.report, card.report);
    show(this.interrupted, card.state === "interrupted");
    show(this.commandBox, change.command.length > 0);
    setText(this.command, commandLine(change.command));
    if (over || !change.stoppable) {
      show(this.stopButton, false);
      show(this.stopQuestion, false);
      if (before === "running" && over) setText(this.stopNote, "");
    } else if (this.stopQuestion.hidden && !this.stopping) {
      show(this.stopButton, true);
    }
    this.age();
  }

  age() {
    if (!this.card) return;
    const { state, started_at: began, seconds } = this.card;
    const running = state === "running";
    const length = running ? (this.now() - new Date(began).getTime()) / 1000 : seconds;
    const words = [began ? `began ${moment(began)}` : "", length === null ? "" : `${running ? "running for" : "took"} ${duration(length)}`];
    setText(this.time, ["", ...words.filter(Boolean)].join(" · "));
  }

  /** The latest value of everything that is measured in a node. */
  latest(node) {
    const found = [];
    for (const [metric, chart] of this.charts.charts) {
      const points = chart.curves.get(node);
      if (points) found.push([metric, points[points.length - 1][1]]);
    }
    return found.sort(([a], [b]) => a.localeCompare(b));
  }

  askToStop(asks) {
    show(this.stopButton, !asks);
    show(this.stopQuestion, asks);
    (asks ? this.reallyStop : this.stopButton).focus();
  }

  async stop() {
    this.stopping = true;
    show(this.stopQuestion, false);
    setText(this.stopNote, "Stopping: running actions have a while to save their work …");
    try {
      const address = `/stop/${encodeURIComponent(this.name.experiment)}/${encodeURIComponent(this.name.id)}`;
      const answer = await fetch(address, { method: "POST", headers: { "x-page-secret": secret } });
      if (!answer.ok) throw new Error((await answer.text()).trim());
    } catch (error) {
      setText(this.stopNote, `It could not be stopped: ${error.message}`);
      this.stopping = false;
      show(this.stopButton, this.card.state === "running");
    }
  }

  tick() {
    this.age();
    this.running.tick();
    this.table.tick();
    this.panel.age();
  }
}
