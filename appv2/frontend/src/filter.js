import { byId, write } from "./dom.js";

function plain(text) {
  return text.toLowerCase().replaceAll(/[_\s]/g, "");
}

/** Make the two tests of a search text: which alerts and which symbols it lets through. */
export function matchers(text) {
  const sought = plain(text);
  if (!sought) return { alert: undefined, symbol: undefined };
  return {
    alert: (alert) => plain(alert.symbol).startsWith(sought) || plain(alert.pattern).includes(sought),
    symbol: (row) => plain(row.symbol).startsWith(sought) || plain(row.name ?? "").includes(sought),
  };
}

/** Bind the search field; `apply` takes the matchers whenever the text changes. */
export function bindFilter(apply) {
  const field = byId("search");
  const update = () => {
    const said = field.value.trim() ? `“${field.value.trim()}”` : "";
    write(byId("alerts-filter"), said);
    write(byId("scanner-filter"), said);
    apply(matchers(field.value));
  };
  field.addEventListener("input", update);
  return {
    focus: () => { field.focus(); field.select(); },
    clear: () => { field.value = ""; field.blur(); update(); },
  };
}
