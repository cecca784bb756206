import { byId, write } from "./dom.js";
import { matchers } from "./matching.js";

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
