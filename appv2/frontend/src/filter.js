import { byId, mark, write } from "./dom.js";
import { matchers } from "./matching.js";

const REMEMBERED = "filter";

/**
 * Bind the search field, the directions and the least confidence; `apply` takes the matchers
 * whenever one changes. Direction and confidence are remembered, a text is not.
 */
export function bindFilter(preferences, apply) {
  const field = byId("search");
  const least = byId("least-confidence");
  const directions = [...document.querySelectorAll("[data-direction]")];
  const kept = preferences.get(REMEMBERED) ?? {};
  let direction = directions.some((button) => button.dataset.direction === kept.direction) ? kept.direction : "";
  if ([...least.options].some(({ value }) => value === kept.confidence)) least.value = kept.confidence;

  const update = () => {
    const said = field.value.trim() ? `“${field.value.trim()}”` : "";
    write(byId("alerts-filter"), said);
    write(byId("scanner-filter"), said);
    for (const button of directions) mark(button, "aria-pressed", String(button.dataset.direction === direction));
    least.classList.toggle("active", least.value !== "0");
    apply(matchers({ text: field.value, direction, confidence: Number(least.value) }));
  };
  const choose = () => {
    preferences.set(REMEMBERED, { direction, confidence: least.value });
    update();
  };
  for (const button of directions) {
    button.addEventListener("click", () => {
      direction = direction === button.dataset.direction ? "" : button.dataset.direction;
      choose();
    });
  }
  least.addEventListener("change", choose);
  field.addEventListener("input", update);
  update();
  return {
    focus: () => { field.focus(); field.select(); },
    clear: () => { field.value = ""; field.blur(); update(); },
  };
}
