// Times, amounts and states in words.

/** `2h 05m`, `3m 12s`, `41s`, `0.4s`. */
export function duration(seconds) {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return "";
  if (seconds < 0.05) return "0s";
  if (seconds < 9.95) return `${seconds.toFixed(1)}s`;
  const whole = Math.round(seconds);
  const two = (number) => String(number).padStart(2, "0");
  if (whole < 60) return `${whole}s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}m ${two(whole % 60)}s`;
  const minutes = Math.round(whole / 60);
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)}h ${two(minutes % 60)}m`;
  return `${Math.floor(minutes / 1440)}d ${two(Math.floor((minutes % 1440) / 60))}h`;
}

/** `1 node`, `3 nodes`. */
export function count(number, what) {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}

/** Digits that matter, and no more. */
export function value(number) {
  if (number === null || !Number.isFinite(number)) return "not a number";
  if (number === 0) return "0";
  const size = Math.abs(number);
  if (size >= 1e6 || size < 1e-3) return number.toExponential(2);
  if (Number.isInteger(number) && size < 1e6) return String(number);
  return number.toPrecision(4);
}

/** The day and the time where the reader is. */
export function moment(text) {
  const at = new Date(text);
  if (!text || Number.isNaN(at.getTime())) return "";
  const sameDay = at.toDateString() === new Date().toDateString();
  const clock = at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit" });
  if (sameDay) return `today ${clock}`;
  return `${at.toLocaleDateString([], { day: "numeric", month: "short", year: "numeric" })} ${clock}`;
}

/** What the states of runs are called. */
export const RUN_STATES = {
  running: "running",
  done: "done",
  failed: "failed",
  stopped: "stopped",
  interrupted: "interrupted",
};

/** What the states of nodes are called. */
export const NODE_STATES = {
  waiting: "waiting",
  running: "running",
  ran: "ran",
  cached: "cached",
  failed: "failed",
  skipped: "skipped",
  cut_off: "cut off",
};

/** A command as a person would type it. */
export function commandLine(words) {
  const plain = /^[A-Za-z0-9_@%+=:,./-]+$/;
  return words.map((word) => (plain.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(" ");
}
