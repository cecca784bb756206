const MISSING = "–";
const MINUS = "−";

const decimalFormats = [0, 1, 2, 3, 4].map(
  (digits) =>
    new Intl.NumberFormat("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits }),
);

function known(value) {
  return typeof value === "number" && Number.isFinite(value);
}

/** Write a number with a fixed count of decimals and a true minus sign; a dash when unknown. */
export function decimal(value, digits = 2) {
  if (!known(value)) return MISSING;
  const text = decimalFormats[digits].format(Math.abs(value));
  const negative = value < 0 && /[1-9]/.test(text);
  return negative ? MINUS + text : text;
}

/** Write a price in USD: two decimals, four below one dollar. */
export function price(value) {
  return decimal(value, known(value) && Math.abs(value) < 1 ? 4 : 2);
}

/** Tell which way a percentage moves once rounded as it is shown: 1, 0 or -1. */
export function way(value) {
  if (!known(value)) return 0;
  return Math.sign(Math.round(value * 100));
}

/** Write a percentage beside its arrow, so that colour never carries the meaning alone. */
export function change(value) {
  if (!known(value)) return MISSING;
  const arrow = { 1: "▲", 0: "·", "-1": "▼" }[way(value)];
  return `${arrow} ${decimal(Math.abs(value), 2)}%`;
}

/** Write a count of shares in at most five characters: 842K, 12.4M. */
export function shares(value) {
  if (!known(value)) return MISSING;
  const units = [[1e9, "B"], [1e6, "M"], [1e3, "K"]];
  const unit = units.find(([size]) => Math.abs(value) >= size * 0.9995);
  if (!unit) return decimal(value, 0);
  const scaled = value / unit[0];
  return decimal(scaled, Math.abs(scaled) < 99.95 ? 1 : 0) + unit[1];
}

/** Write a ratio such as relative volume: 2.6×. */
export function times(value) {
  return known(value) ? `${decimal(value, 1)}×` : MISSING;
}

/** Turn a contract name such as Double_Bottom into words. */
export function words(name) {
  return String(name ?? "").replaceAll("_", " ").trim();
}

/** The timeframe that all others are made of. */
export const MINUTE = "1min";

const timeframes = {
  [MINUTE]: "1 min", "5min": "5 min", "15min": "15 min", "1hour": "1 hour",
  daily: "daily", weekly: "weekly",
};

/** Write a timeframe of the contract for people. */
export function timeframe(name) {
  return timeframes[name] ?? words(name);
}

/** Write how long ago something was, from seconds. */
export function age(seconds) {
  if (!known(seconds)) return MISSING;
  if (seconds < 2) return "now";
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86400)} d`;
}

/** Write a latency given in milliseconds. */
export function latency(ms) {
  if (!known(ms)) return MISSING;
  if (Math.abs(ms) >= 10000) return `${decimal(ms / 1000, 1)} s`;
  return `${decimal(ms, Math.abs(ms) < 10 ? 1 : 0)} ms`;
}

/** Say what a page missed while it was cut off; `waits`: that is not known yet and follows. */
export function caughtUpText({ caughtUp = 0, from = "", waits = false }) {
  if (waits) return "back, what was missed follows";
  if (caughtUp === 0) return "back, nothing missed";
  const source = from === "database" ? " from the database" : "";
  return `caught up ${caughtUp} alert${caughtUp === 1 ? "" : "s"}${source}`;
}
