// Curves of what is measured while actions run: one small picture for each thing, one line for each
// node.

import { Keyed, element, setAttribute, setText, show } from "/asset/element.js";
import { value as valueWords } from "/asset/words.js";

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 360;
const HEIGHT = 190;
const LEFT = 48;
const RIGHT = 8;
const TOP = 8;
const BOTTOM = 22;
/** Colours there are, and lines that can be told apart by dashes in one colour. */
const COLOURS = 7;
const DASHES = ["", "6 3", "2 3"];
/** Names below a chart; all others show when a pointer is on the chart. */
const MOST_NAMED = 8;
/** More points than a chart has columns; then every second one is given up, also of those to come. */
const MOST_POINTS = 4096;

function svg(name, attributes, ...children) {
  const made = document.createElementNS(SVG, name);
  for (const [key, text] of Object.entries(attributes)) made.setAttribute(key, text);
  made.append(...children);
  return made;
}

/** Round numbers between two: 3 to 6 of them. */
export function ticks(low, high) {
  const step0 = (high - low) / 5;
  const power = 10 ** Math.floor(Math.log10(step0));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((one) => one >= step0 * 0.999);
  const found = [];
  for (let tick = Math.ceil(low / step - 1e-9) * step; tick <= high + step * 1e-9; tick += step) {
    found.push(Math.abs(tick) < step * 1e-9 ? 0 : tick);
  }
  return found;
}

/** How many decimals tell round numbers `step` apart from their neighbours, at most 6. */
export function decimals(step) {
  let digits = 0;
  while (digits < 6 && Math.abs(step * 10 ** digits - Math.round(step * 10 ** digits)) > 1e-6) digits += 1;
  return digits;
}

/** One thing that is measured. */
class Chart {
  constructor(metric, name, rank) {
    this.metric = metric;
    this.name = name;
    /** The same node has the same line in every chart. */
    this.rank = rank;
    /** Values by node: `[step, value]`. */
    this.curves = new Map();
    this.stale = true;
    this.at = null;
    this.grid = svg("g", { class: "chart-grid" });
    this.lines = svg("g", { class: "chart-lines" });
    this.cursor = svg("line", { class: "chart-cursor", y1: TOP, y2: HEIGHT - BOTTOM });
    this.picture = svg("svg", { class: "chart", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", tabindex: "0" }, this.grid, this.lines, this.cursor);
    this.legend = element("ul", { class: "chart-legend" });
    this.where = element("span", { class: "muted small" });
    this.root = element("figure", { class: "chart-box" }, element("figcaption", {}, element("strong", {}, metric), " ", this.where), this.picture, this.legend);
    this.items = new Keyed(this.legend,
      (row) => element("li", {}, svg("svg", { class: "chart-key", viewBox: "0 0 20 8", "aria-hidden": "true" }, svg("path", { d: "M1 4H19" })), element("span", { class: "chart-name", title: row.node }), element("span", { class: "chart-value" })),
      (item, row) => this.name1(item, row));
    this.picture.addEventListener("pointermove", (event) => this.point(event));
    this.picture.addEventListener("pointerleave", () => this.leave());
    this.picture.addEventListener("blur", () => this.leave());
    this.picture.addEventListener("keydown", (event) => this.key(event));
    this.log = false;
  }

  take(node, step, value) {
    let points = this.curves.get(node);
    if (!points) {
      points = [];
      points.stride = 1;
      points.sinceKept = 0;
      this.curves.set(node, points);
    }
    // An action that goes on from an earlier state replaces what came after.
    const before = points.length;
    while (points.length > 0 && points[points.length - 1][0] >= step) points.pop();
    // The newest stands for all since the last one that is kept.
    if (before === points.length && points.sinceKept > 0) points.pop();
    points.push([step, value]);
    points.sinceKept = (points.sinceKept + 1) % points.stride;
    if (points.length > MOST_POINTS) {
      const kept = points.filter((_, index) => index % 2 === 0);
      points.splice(0, points.length, ...kept);
      points.stride *= 2;
    }
    this.stale = true;
  }

  draw() {
    this.stale = false;
    const values = [];
    let first = Infinity;
    let last = -Infinity;
    for (const points of this.curves.values()) {
      for (const [step, value] of points) {
        first = Math.min(first, step);
        last = Math.max(last, step);
        if (value !== null) values.push(value);
      }
    }
    const bounds = values.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [Infinity, -Infinity]);
    this.logarithmic = this.log && bounds[0] > 0;
    const scaled = this.logarithmic ? bounds.map(Math.log10) : bounds;
    let [low, high] = values.length > 0 ? scaled : [0, 1];
    if (high - low < 1e-12 * Math.max(1, Math.abs(high))) {
      const room = Math.abs(high) > 0 ? Math.abs(high) * 0.1 : 1;
      [low, high] = [low - room, high + room];
    } else {
      const room = (high - low) * 0.05;
      [low, high] = [low - room, high + room];
    }
    if (last === first) [first, last] = [first - 1, last + 1];
    this.scale = { first, last, low, high };
    this.drawGrid();
    this.drawLines();
    this.drawLegend();
    const ends = [...this.curves].map(([node, points]) => `${this.name(node)} ${valueWords(points[points.length - 1][1])} at step ${points[points.length - 1][0]}`);
    setAttribute(this.picture, "aria-label", `${this.metric}: ${ends.slice(0, 20).join("; ")}`);
  }

  x(step) {
    const { first, last } = this.scale;
    return LEFT + ((step - first) / (last - first)) * (WIDTH - LEFT - RIGHT);
  }

  y(value) {
    const { low, high } = this.scale;
    const place = this.logarithmic ? Math.log10(value) : value;
    return HEIGHT - BOTTOM - ((place - low) / (high - low)) * (HEIGHT - TOP - BOTTOM);
  }

  drawGrid() {
    const { first, last, low, high } = this.scale;
    const parts = [];
    const level = (place, words) => {
      parts.push(svg("line", { x1: LEFT, x2: WIDTH - RIGHT, y1: place.toFixed(1), y2: place.toFixed(1) }));
      parts.push(svg("text", { x: LEFT - 6, y: (place + 3.5).toFixed(1), "text-anchor": "end" }, words));
    };
    if (this.logarithmic) {
      const spread = high - low;
      const places = spread > 1.2 ? ticks(low, high).filter(Number.isInteger) : [];
      const shown = places.length >= 2 ? places.map((place) => 10 ** place) : [10 ** (low + spread * 0.05), 10 ** ((low + high) / 2), 10 ** (high - spread * 0.05)];
      for (const value of shown) level(this.y(value), valueWords(value));
    } else {
      const values = ticks(low, high);
      const digits = decimals(values.length > 1 ? values[1] - values[0] : 1);
      for (const value of values) level(this.y(value), Math.abs(value) >= 1e5 ? value.toExponential(1) : value.toFixed(digits));
    }
    for (const step of ticks(first, last).filter(Number.isInteger)) {
      const words = step >= 1e5 ? step.toExponential(0) : String(step);
      parts.push(svg("text", { x: this.x(step).toFixed(1), y: HEIGHT - 6, "text-anchor": step === last ? "end" : "middle" }, words));
    }
    this.grid.replaceChildren(...parts);
  }

  drawLines() {
    const paths = [];
    for (const [node, points] of this.curves) {
      const index = this.rank(node);
      let path = "";
      let pen = "M";
      for (const [step, value] of points) {
        if (value === null || (this.logarithmic && value <= 0)) {
          pen = "M";
          continue;
        }
        path += `${pen}${this.x(step).toFixed(1)} ${this.y(value).toFixed(1)}`;
        pen = "L";
      }
      paths.push(svg("path", { class: `series-${(index % COLOURS) + 1}`, d: path, "stroke-dasharray": dash(index) }));
      const end = points.findLast(([, value]) => value !== null);
      if (end && !(this.logarithmic && end[1] <= 0)) {
        paths.push(svg("circle", { class: `series-${(index % COLOURS) + 1}`, cx: this.x(end[0]).toFixed(1), cy: this.y(end[1]).toFixed(1), r: "2.5" }));
      }
    }
    this.lines.replaceChildren(...paths);
  }

  /** The values at the cursor, otherwise the last ones. */
  drawLegend() {
    const rows = [...this.curves].map(([node, points]) => {
      const index = this.rank(node);
      const known = this.at === null ? points[points.length - 1] : nearest(points, this.at);
      return { node, index, value: known?.[1] ?? null, step: known?.[0] };
    });
    const shown = this.at === null ? rows.slice(0, MOST_NAMED) : rows.slice(0, 3 * MOST_NAMED);
    this.items.set(shown, (row) => row.node);
    const step = this.at ?? (Number.isFinite(this.scale.last) ? Math.max(...rows.map((row) => row.step)) : "");
    const more = rows.length - shown.length;
    setText(this.where, `step ${step}${more > 0 ? `, ${more} more lines` : ""}`);
    setAttribute(this.cursor, "x1", this.at === null ? -10 : this.x(this.at).toFixed(1));
    setAttribute(this.cursor, "x2", this.at === null ? -10 : this.x(this.at).toFixed(1));
  }

  name1(item, row) {
    const [key, name, value] = item.children;
    setAttribute(key.firstElementChild, "class", `series-${(row.index % COLOURS) + 1}`);
    setAttribute(key.firstElementChild, "stroke-dasharray", dash(row.index));
    setText(name, this.name(row.node));
    setText(value, valueWords(row.value));
    setAttribute(value, "class", row.value === null ? "chart-value chart-wrong" : "chart-value");
  }

  point(event) {
    const box = this.picture.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * WIDTH;
    const { first, last } = this.scale;
    const step = first + ((x - LEFT) / (WIDTH - LEFT - RIGHT)) * (last - first);
    this.look(step);
  }

  /** Puts the cursor on the step that is nearest. */
  look(step) {
    const near = [...this.curves.values()].map((points) => nearest(points, step)?.[0]).filter((one) => one !== undefined);
    this.at = near.reduce((best, one) => (best === null || Math.abs(one - step) < Math.abs(best - step) ? one : best), null);
    this.drawLegend();
  }

  leave() {
    this.at = null;
    this.drawLegend();
  }

  key(event) {
    const move = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity }[event.key];
    if (event.key === "Escape") this.leave();
    if (move === undefined) return;
    event.preventDefault();
    const steps = [...new Set([...this.curves.values()].flat().map(([step]) => step))].sort((a, b) => a - b);
    const here = this.at === null ? steps.length : steps.indexOf(this.at);
    this.look(steps[Math.min(steps.length - 1, Math.max(0, here + move))]);
  }
}

function dash(index) {
  return DASHES[Math.floor(index / COLOURS) % DASHES.length];
}

function nearest(points, step) {
  let best = points[0];
  for (const point of points) if (Math.abs(point[0] - step) < Math.abs(best[0] - step)) best = point;
  return best;
}

/** All of them. */
export class Charts {
  constructor() {
    this.charts = new Map();
    this.names = new Map();
    this.ranks = new Map();
    this.grid = element("div", { class: "charts" });
    this.log = element("input", { type: "checkbox", on: { change: () => this.redraw() } });
    this.root = element("section", { "aria-labelledby": "curves-title", hidden: true },
      element("h2", { id: "curves-title" }, "Curves"),
      element("p", { class: "actions" }, element("label", {}, this.log, " logarithmic, where all values are above 0")), this.grid);
    this.items = new Keyed(this.grid, (chart) => chart.root, () => {});
  }

  /** Begins anew. */
  clear() {
    this.charts.clear();
    this.ranks.clear();
    this.items.set([], (chart) => chart.metric);
  }

  /** What the lines are called; by what tells the nodes that have them apart. */
  call(nodes) {
    this.names = new Map(nodes.map((node) => [node.node, node]));
  }

  take(points) {
    for (const { node, metric, step, value } of points) {
      let chart = this.charts.get(metric);
      if (!chart) this.charts.set(metric, (chart = new Chart(metric, (name) => this.short(metric, name), (name) => this.rank(name))));
      chart.take(node, step, value);
    }
    this.draw();
  }

  redraw() {
    for (const chart of this.charts.values()) {
      chart.log = this.log.checked;
      chart.stale = true;
    }
    this.draw();
  }

  draw() {
    show(this.root, this.charts.size > 0);
    // Losses, then what comes in groups such as scores, then what is measured by the way; a total
    // before its parts, `loss` before `loss/consistency`.
    const group = ({ metric }) => (/\bloss/.test(metric) ? 0 : metric.includes("/") ? 1 : 2);
    const charts = [...this.charts.values()].sort((a, b) => group(a) - group(b) || a.metric.localeCompare(b.metric));
    this.items.set(charts, (chart) => chart.metric);
    for (const chart of charts) if (chart.stale) chart.draw();
  }

  /** Which line a node has. */
  rank(node) {
    if (!this.ranks.has(node)) this.ranks.set(node, this.ranks.size);
    return this.ranks.get(node);
  }

  /** A node's name without what all lines of the chart have in common. */
  short(metric, name) {
    const known = [...this.charts.get(metric).curves.keys()].map((node) => this.names.get(node));
    const node = this.names.get(name);
    if (!node || known.length < 2 || known.some((one) => !one)) return name;
    const differs = Object.keys(node.coordinates).filter((key) => known.some((one) => one.coordinates[key] !== node.coordinates[key]));
    const parts = differs.map((key) => `${key} ${node.coordinates[key]}`);
    const base = (one) => one.node.split("[")[0];
    if (known.some((one) => base(one) !== base(node))) parts.unshift(base(node));
    return parts.join(", ") || name;
  }
}
