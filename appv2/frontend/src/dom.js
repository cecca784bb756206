/** Find an element of the page by id; its absence is a bug of the template. */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the template has no element #${id}`);
  return found;
}

/** Make an element with a class and text. */
export function make(tag, className = "", text = "") {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text) element.textContent = text;
  return element;
}

/** Write text only where it differs, so that an unchanged cell costs no layout. */
export function write(element, text) {
  if (element.firstChild?.nodeValue === text && element.childNodes.length === 1) return false;
  element.textContent = text;
  return true;
}

/** Set an attribute only where it differs. */
export function mark(element, name, value) {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

/** Fill a list of facts: [term, value, optional class of the value]. */
export function fillFacts(list, facts) {
  while (list.children.length > facts.length) list.lastElementChild.remove();
  facts.forEach(([term, value, className = ""], index) => {
    const pair = list.children[index] ?? list.appendChild(emptyPair());
    write(pair.firstElementChild, term);
    write(pair.lastElementChild, value);
    if (pair.lastElementChild.className !== className) pair.lastElementChild.className = className;
  });
}

function emptyPair() {
  const pair = make("div");
  pair.append(make("dt"), make("dd"));
  return pair;
}

const still = matchMedia("(prefers-reduced-motion: reduce)");

/** Fade the background of what changed, for 300 ms. */
export function fade(element, color) {
  if (still.matches) return;
  element.animate([{ backgroundColor: color }, { backgroundColor: "transparent" }], 300);
}

/** Let each button that names a dialog open it. */
export function bindDialogs() {
  for (const button of document.querySelectorAll("[data-opens]")) {
    button.addEventListener("click", () => byId(button.dataset.opens).showModal());
  }
}

/** Run `draw` at most once a frame however often it is asked for. */
export function oncePerFrame(draw) {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      draw();
    });
  };
}
