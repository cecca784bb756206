const HUNDRED = 100;

function plain(text) {
  return text.toLowerCase().replaceAll(/[_\s]/g, "");
}

function beginsAWord(name, sought) {
  const parts = name.split(/[_\s]+/);
  return parts.some((_, place) => plain(parts.slice(place).join("")).startsWith(sought));
}

/**
 * Make the two tests of a filter: which alerts and which symbols it lets through, undefined for all.
 * `direction` is bullish, bearish or empty; `confidence` the least, as it is shown, with two digits.
 */
export function matchers({ text = "", direction = "", confidence = 0 }) {
  const sought = plain(text);
  const tests = [];
  if (sought) tests.push((alert) => plain(alert.symbol).startsWith(sought) || beginsAWord(alert.pattern, sought));
  if (direction) tests.push((alert) => alert.direction === direction);
  if (confidence) tests.push((alert) => Math.round(alert.confidence * HUNDRED) >= Math.round(confidence * HUNDRED));
  return {
    alert: tests.length ? (alert) => tests.every((passes) => passes(alert)) : undefined,
    symbol: sought ? (row) => plain(row.symbol).startsWith(sought) || beginsAWord(row.name ?? "", sought) : undefined,
  };
}
