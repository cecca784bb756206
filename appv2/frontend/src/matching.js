function plain(text) {
  return text.toLowerCase().replaceAll(/[_\s]/g, "");
}

function beginsAWord(name, sought) {
  const parts = name.split(/[_\s]+/);
  return parts.some((_, place) => plain(parts.slice(place).join("")).startsWith(sought));
}

/** Make the two tests of a search text: which alerts and which symbols it lets through. */
export function matchers(text) {
  const sought = plain(text);
  if (!sought) return { alert: undefined, symbol: undefined };
  return {
    alert: (alert) => plain(alert.symbol).startsWith(sought) || beginsAWord(alert.pattern, sought),
    symbol: (row) => plain(row.symbol).startsWith(sought) || beginsAWord(row.name ?? "", sought),
  };
}
