// Making elements, and changing no more of them than differs.

/** An element with attributes (`class`, `href`, …; `on` for listeners) and children (elements or text). */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "on") {
      for (const [event, listener] of Object.entries(value)) made.addEventListener(event, listener);
    } else if (value !== null && value !== undefined && value !== false) {
      made.setAttribute(key, value === true ? "" : value);
    }
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

/** Sets text only where it is another one: a selection and a screen reader's place survive. */
export function setText(target, text) {
  if (target.textContent !== text) target.textContent = text;
}

/** Sets, or with null removes, an attribute only where it differs. */
export function setAttribute(target, name, value) {
  if (value === null) {
    if (target.hasAttribute(name)) target.removeAttribute(name);
  } else if (target.getAttribute(name) !== String(value)) {
    target.setAttribute(name, value);
  }
}

/** Shows or hides. */
export function show(target, visible) {
  if (target.hidden === visible) target.hidden = !visible;
}

/**
 * Children by key, in order: `make(item)` builds one, `update(child, item)` brings it up to date.
 * What is there already stays the element it was.
 */
export class Keyed {
  constructor(parent, make, update) {
    this.parent = parent;
    this.make = make;
    this.update = update;
    this.children = new Map();
  }

  set(items, key) {
    const wanted = new Set(items.map(key));
    for (const [known, child] of this.children) {
      if (!wanted.has(known)) {
        child.remove();
        this.children.delete(known);
      }
    }
    let place = this.parent.firstElementChild;
    for (const item of items) {
      let child = this.children.get(key(item));
      if (!child) {
        child = this.make(item);
        this.children.set(key(item), child);
      }
      if (child === place) {
        place = place.nextElementSibling;
      } else {
        this.parent.insertBefore(child, place);
      }
      this.update(child, item);
    }
  }
}

/** Says something to screen readers, without moving anybody. */
export function announce(text) {
  setText(document.getElementById("announcer"), text);
}
