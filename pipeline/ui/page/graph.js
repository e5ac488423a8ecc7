// The picture of the graph, with states that change.

import { element, show } from "/asset/element.js";

/** States as the picture knows them. */
const shown = (state) => (state === "cut_off" ? "skipped" : state);

/** The picture; `choose(node)` and `chooseGroup(members)` are called when somebody picks a box. */
export class Graph {
  constructor(choose, chooseGroup) {
    this.wide = element("div", { class: "dag dag-wide" });
    this.narrow = element("div", { class: "dag dag-narrow" });
    this.root = element("section", { "aria-labelledby": "graph-title", hidden: true }, element("h2", { id: "graph-title" }, "Graph"), this.wide, this.narrow);
    this.root.addEventListener("click", (event) => {
      const box = event.target.closest?.(".dag-box");
      if (!box) return;
      event.preventDefault();
      if (box.dataset.node !== undefined) choose(box.dataset.node);
      else if (box.dataset.members) chooseGroup(JSON.parse(box.dataset.members));
    });
  }

  /** Takes new pictures, as text that the server has made. */
  draw(pictures) {
    show(this.root, pictures !== null);
    if (pictures === null) return;
    this.put(this.wide, pictures.wide);
    this.put(this.narrow, pictures.narrow);
  }

  put(place, svg) {
    const parsed = new DOMParser().parseFromString(`<div>${svg}</div>`, "text/html");
    const picture = parsed.querySelector("svg");
    if (picture) place.replaceChildren(document.importNode(picture, true));
  }

  /** Changes states; `nodes` are those that are different. */
  update(nodes, note) {
    const states = {};
    const notes = {};
    for (const node of nodes) {
      states[node.node] = shown(node.state);
      const words = note(node);
      if (words) notes[node.node] = words;
    }
    for (const place of [this.wide, this.narrow]) {
      const picture = place.querySelector("svg");
      if (picture) globalThis.pageDag?.update(picture, states, notes);
    }
  }
}
