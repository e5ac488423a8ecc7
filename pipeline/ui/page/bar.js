// A bar of parts, one for each state that nodes are in.

import { element, setAttribute, setText } from "/asset/element.js";

const PARTS = [
  ["failed", "failed", "failed"],
  ["running", "running", "running"],
  ["ran", "ran", "ran"],
  ["cached", "cached", "cached"],
  ["skipped", "skipped", "skipped"],
];

/** How many nodes are in which state, as words. */
export function tallyWords(tally, over) {
  const parts = PARTS.filter(([name]) => tally[name] > 0).map(([name, , word]) => `${tally[name]} ${word}`);
  const known = PARTS.reduce((sum, [name]) => sum + tally[name], 0);
  const waiting = Math.max(0, tally.nodes - known);
  if (waiting > 0) parts.push(over ? `${waiting} not begun` : `${waiting} waiting`);
  return `${tally.nodes} node${tally.nodes === 1 ? "" : "s"}: ${parts.join(", ") || "none"}`;
}

/** The bar, with its words below. */
export class TallyBar {
  constructor() {
    const svgName = "http://www.w3.org/2000/svg";
    this.svg = document.createElementNS(svgName, "svg");
    for (const [name, value] of [["class", "tally-bar"], ["viewBox", "0 0 100 1"], ["preserveAspectRatio", "none"], ["aria-hidden", "true"]]) {
      this.svg.setAttribute(name, value);
    }
    this.parts = PARTS.map(([, colour]) => {
      const part = document.createElementNS(svgName, "rect");
      part.setAttribute("class", `part-${colour}`);
      part.setAttribute("height", "1");
      this.svg.append(part);
      return part;
    });
    this.words = element("p", { class: "tally-words" });
    this.root = element("div", { class: "tally" }, this.svg, this.words);
  }

  set(tally, over) {
    let from = 0;
    const full = Math.max(1, tally.nodes);
    // What is over comes first, what runs last.
    const order = ["failed", "ran", "cached", "skipped", "running"];
    for (const name of order) {
      const part = this.parts[PARTS.findIndex(([known]) => known === name)];
      const width = (100 * tally[name]) / full;
      setAttribute(part, "x", from.toFixed(3));
      setAttribute(part, "width", width.toFixed(3));
      from += width;
    }
    setText(this.words, tallyWords(tally, over));
  }
}
