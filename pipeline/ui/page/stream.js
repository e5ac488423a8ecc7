// The connection to the server: one for each page that is looked at.

/** After so many milliseconds without a word something is wrong. */
const SILENCE = 25_000;

/**
 * Listens to what happens. Browsers allow six connections to one server over all their tabs, so a
 * page that nobody sees lets go of its own, and goes on later from where it was.
 */
export class Stream {
  /** `hear(kind, data)` is called with what comes, `link(state)` with how the connection is. */
  constructor(hear, link) {
    this.hear = hear;
    this.link = link;
    this.wanted = {};
    this.position = ["-", "-", "-"];
    this.source = null;
    this.heard = 0;
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) this.close();
      else this.open();
    });
    addEventListener("pagehide", () => this.close());
    addEventListener("pageshow", (event) => event.persisted && this.open());
    setInterval(() => this.watch(), 5_000);
  }

  /** Wants the list of runs, and perhaps a run (`experiment`, `run`) and the log of a `node`. */
  want(wanted) {
    const same = (key) => (wanted[key] ?? null) === (this.wanted[key] ?? null);
    const sameRun = same("experiment") && same("run");
    if (sameRun && same("node") && this.source) return;
    if (!sameRun) this.position[1] = "-";
    if (!sameRun || !same("node")) this.position[2] = "-";
    this.wanted = wanted;
    this.close();
    this.open();
  }

  open() {
    if (this.source || document.hidden) return;
    const query = new URLSearchParams();
    for (const [key, value] of Object.entries(this.wanted)) if (value) query.set(key, value);
    query.set("since", this.position.join("."));
    // Spaces as `%20`.
    this.source = new EventSource(`/events?${query.toString().replaceAll("+", "%20")}`);
    this.heard = Date.now();
    this.source.addEventListener("open", () => {
      this.heard = Date.now();
      this.link("live");
    });
    this.source.addEventListener("error", () => {
      const over = this.source?.readyState === EventSource.CLOSED;
      this.link(over ? "lost" : "again");
      // The server is gone, or is another one; a new start of it has a new address.
      if (over) {
        this.close();
        setTimeout(() => this.open(), 3_000);
      }
    });
    for (const kind of ["list", "run", "log", "missing"]) {
      this.source.addEventListener(kind, (event) => {
        this.heard = Date.now();
        if (event.lastEventId) this.position = event.lastEventId.split(".");
        this.hear(kind, JSON.parse(event.data));
      });
    }
    this.source.addEventListener("clock", (event) => {
      this.heard = Date.now();
      this.hear("clock", JSON.parse(event.data));
    });
    this.source.addEventListener("end", () => {
      this.close();
      this.link("ended");
      setTimeout(() => this.open(), 3_000);
    });
  }

  close() {
    this.source?.close();
    this.source = null;
  }

  /** A machine that slept may hold a connection that leads nowhere. */
  watch() {
    if (this.source?.readyState === EventSource.OPEN && Date.now() - this.heard > SILENCE) {
      this.close();
      this.open();
    }
  }
}
