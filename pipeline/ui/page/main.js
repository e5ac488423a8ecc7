// What is looked at, and what is told to it.

import { announce, setText } from "/asset/element.js";
import { ListView } from "/asset/list.js";
import { RunView } from "/asset/run.js";
import { Stream } from "/asset/stream.js";

const content = document.getElementById("content");
const link = document.getElementById("link");
const program = document.querySelector("meta[name=program]").content;
const LINK_WORDS = {
  live: "live",
  again: "connecting again …",
  ended: "the program has ended",
  lost: "no connection: is the program still running? It prints a new address when it starts",
};

/** Runs by name, as the list last told them. */
const runs = new Map();
const key = (name) => `${name.experiment}\n${name.id}`;

/** How far the server's clock is ahead of this one, in milliseconds. */
let ahead = 0;
export const serverNow = () => Date.now() + ahead;

let view = null;
let knowsList = false;

const stream = new Stream(
  (kind, data) => {
    if (kind === "clock") ahead = new Date(data).getTime() - Date.now();
    if (kind === "list") takeList(data);
    view?.hear(kind, data);
    retitle();
  },
  (state) => {
    setText(link, LINK_WORDS[state]);
    link.dataset.link = state;
  },
);

function takeList(change) {
  if (change.whole) runs.clear();
  for (const card of change.runs) {
    const before = runs.get(key(card.name));
    if (before?.state === "running" && card.state !== "running") {
      announce(`${card.name.experiment}: ${card.state}`);
    }
    runs.set(key(card.name), card);
  }
  for (const name of change.gone) runs.delete(key(name));
  knowsList = true;
  if (view instanceof ListView) view.set([...runs.values()]);
}

/** `#/`, `#/run/EXPERIMENT/RUN` or `#/run/EXPERIMENT/RUN/NODE`. */
function asked() {
  const parts = location.hash.replace(/^#\/?/, "").split("/");
  try {
    const [what, experiment, run, node] = parts.map(decodeURIComponent);
    if (what === "run" && experiment && run) return { experiment, run, node };
  } catch {
    // A broken address is that of the list.
  }
  return {};
}

function route() {
  // The address of the content, for the link that skips to it, is no page of its own.
  if (location.hash === "#content") return;
  const wanted = asked();
  if (wanted.run) {
    const same = view instanceof RunView && view.is(wanted.experiment, wanted.run);
    if (!same) look(new RunView(wanted.experiment, wanted.run, serverNow));
    view.select(wanted.node ?? null);
  } else if (!(view instanceof ListView)) {
    look(new ListView(program, serverNow));
    if (knowsList) view.set([...runs.values()]);
  }
  stream.want(wanted);
  retitle();
}

function look(next) {
  const first = view === null;
  view = next;
  content.replaceChildren(next.root);
  if (!first) {
    scrollTo(0, 0);
    content.focus({ preventScroll: true });
  }
}

function retitle() {
  const title = view.title() ?? "Runs";
  const full = `${title} · ${program}`;
  if (document.title !== full) document.title = full;
}

addEventListener("hashchange", route);
setInterval(() => view?.tick(), 1000);
route();
