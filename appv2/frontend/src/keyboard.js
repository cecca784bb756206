import { byId, make } from "./dom.js";

const MAP = [
  [["j"], "next alert, older"],
  [["k"], "previous alert, newer"],
  [["Home"], "newest alert"],
  [["/"], "search alerts and symbols"],
  [["Esc"], "clear the search, close what is open"],
  [["↑", "↓"], "next alert or symbol, with that list in focus"],
  [["←", "→"], "width of a column, with its edge in focus"],
  [["?"], "this map"],
];

/** Bind the keys of the page: {next, previous, newest, search, escape}. */
export function bindKeys(actions) {
  const keys = {
    j: actions.next, k: actions.previous, Home: actions.newest, "/": actions.search,
    "?": () => byId("keys").showModal(),
  };
  fillMap();
  addEventListener("keydown", (event) => {
    if (event.key === "Escape") return actions.escape();
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return undefined;
    return act(keys[event.key], event);
  });
}

function act(action, event) {
  if (!action || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  action();
}

function isTyping(target) {
  return target.matches("input, textarea, select");
}

function fillMap() {
  byId("keys-map").replaceChildren(...MAP.flatMap(([keys, meaning]) => {
    const term = make("dt");
    term.append(...keys.map((key) => make("kbd", "", key)));
    return [term, make("dd", "", meaning)];
  }));
}
