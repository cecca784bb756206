import { write } from "./dom.js";

const KEY = "tickstock.theme"; // read by earlytheme.js
const CHANGED = "tickstock-theme";

/** Call `change` when the theme changes. */
export function onTheme(change) {
  addEventListener(CHANGED, change);
}

/** Let a button switch between dark, which is the rule, and light; this browser remembers. */
export function bindTheme(button) {
  const root = document.documentElement;
  const isLight = () => root.dataset.theme === "light";
  const label = () => write(button, isLight() ? "Dark" : "Light");
  button.addEventListener("click", () => {
    if (isLight()) delete root.dataset.theme;
    else root.dataset.theme = "light";
    remember(isLight() ? "light" : "dark");
    label();
    dispatchEvent(new Event(CHANGED));
  });
  label();
}

function remember(theme) {
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // A browser that remembers nothing keeps the theme until the page is closed.
  }
}
