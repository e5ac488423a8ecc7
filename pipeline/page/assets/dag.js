{
  const words = { left_out: "left out" };
  // As in the picture's own text: what needs a look comes first.
  const order = ["failed", "running", "waiting", "skipped", "ran", "cached", "left_out"];
  const word = (state) => words[state] ?? state;
  const set = (element, state) => {
    if (element.dataset.state === state) return;
    for (const name of [...element.classList]) {
      if (name.startsWith("state-")) element.classList.remove(name);
    }
    element.classList.add(`state-${state.replace("_", "-")}`);
    element.dataset.state = state;
    const icon = element.querySelector("use");
    const old = icon?.getAttribute("href");
    if (old) icon.setAttribute("href", old.replace(/icon-[a-z-]+$/, `icon-${state.replace("_", "-")}`));
  };
  const say = (element, text) => {
    const line = element.querySelector(".dag-state");
    if (line && line.textContent !== text) line.textContent = text;
    const title = element.querySelector("title");
    if (title) {
      const full = `${element.dataset.label}: ${text}`;
      if (title.textContent !== full) title.textContent = full;
      const link = element.querySelector("a");
      if (link && link.getAttribute("aria-label") !== full) link.setAttribute("aria-label", full);
    }
  };
  const bar = (element, counts, total) => {
    const full = Number(element.dataset.bar);
    let from = 0;
    for (const state of order) {
      const part = element.querySelector(`.dag-part.state-${state.replace("_", "-")}`);
      if (!part) continue;
      const width = full * (counts[state] ?? 0) / total;
      part.setAttribute("x", String(Number(part.dataset.left) + from));
      part.setAttribute("width", String(width));
      from += width;
    }
  };
  const update = (svg, states, notes = {}) => {
    for (const element of svg.querySelectorAll("[data-node]")) {
      const state = states[element.dataset.node];
      if (!state) continue;
      const note = notes[element.dataset.node];
      set(element, state);
      say(element, note ? `${word(state)} · ${note}` : word(state));
    }
    for (const element of svg.querySelectorAll("[data-members]")) {
      const members = JSON.parse(element.dataset.members);
      const kept = JSON.parse(element.dataset.states);
      const counts = {};
      members.forEach((member, index) => {
        kept[index] = states[member] ?? kept[index];
        counts[kept[index]] = (counts[kept[index]] ?? 0) + 1;
      });
      element.dataset.states = JSON.stringify(kept);
      const there = order.filter((state) => counts[state]);
      set(element, there[0]);
      say(element, there.map((state) => `${counts[state]} ${word(state)}`).join(", "));
      bar(element, counts, members.length);
    }
  };
  globalThis.pageDag = { update };
}
