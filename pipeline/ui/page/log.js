// What a node says, line by line.

import { element, setText, show } from "/asset/element.js";

/** More lines than anybody reads; the first ones go. */
const MOST = 5000;

/** A log that follows its end as long as the reader is there. */
export class Log {
  constructor() {
    this.lines = element("ol", { class: "log-lines", role: "log", "aria-live": "off", "aria-label": "Log", tabindex: "0" });
    this.leftOut = element("p", { class: "muted small", hidden: true });
    this.nothing = element("p", { class: "muted" }, "Reading …");
    this.copy = element("button", { type: "button", on: { click: () => this.toClipboard() } }, "Copy");
    this.end = element("button", { type: "button", hidden: true, on: { click: () => this.toEnd() } }, "To the end");
    this.root = element("div", { class: "log" }, this.leftOut, this.nothing, this.lines, element("div", { class: "actions" }, this.copy, this.end));
    this.lines.addEventListener("scroll", () => show(this.end, !this.atEnd()), { passive: true });
    this.clear();
  }

  clear() {
    this.lines.replaceChildren();
    this.missing = 0;
    this.tell();
  }

  hear(change) {
    const follows = this.atEnd();
    if (change.whole) this.lines.replaceChildren();
    if (change.whole) this.missing = 0;
    this.missing += change.left_out;
    const fresh = change.lines.map((line) => element("li", { class: line.level === "info" ? null : `log-${line.level}` }, line.text));
    this.lines.append(...fresh);
    while (this.lines.childElementCount > MOST) {
      this.lines.firstElementChild.remove();
      this.missing += 1;
    }
    this.tell();
    if (follows) this.toEnd();
  }

  /** What stands there while there is nothing. */
  quiet(words) {
    setText(this.nothing, words);
  }

  tell() {
    const empty = this.lines.childElementCount === 0;
    show(this.lines, !empty);
    show(this.copy, !empty);
    show(this.nothing, empty);
    show(this.leftOut, this.missing > 0);
    setText(this.leftOut, `${this.missing} earlier lines are not shown; \`logs\` in the terminal prints all.`);
  }

  atEnd() {
    const { scrollTop, scrollHeight, clientHeight } = this.lines;
    return scrollHeight - scrollTop - clientHeight < 40;
  }

  toEnd() {
    this.lines.scrollTop = this.lines.scrollHeight;
    show(this.end, false);
  }

  async toClipboard() {
    const text = [...this.lines.children].map((line) => line.textContent).join("\n");
    try {
      await navigator.clipboard.writeText(`${text}\n`);
      setText(this.copy, "Copied");
    } catch {
      setText(this.copy, "The browser does not allow it");
    }
    setTimeout(() => setText(this.copy, "Copy"), 2000);
  }
}
