import { byId, mark } from "./dom.js";

const LIMITS = { alerts: [280, 640], scanner: [260, 640] };
const CHART_LEAST = 360;
const KEY_STEP = 16;

/** Let the reader drag the widths of the outer columns, by pointer or arrow keys. */
export class Columns {
  constructor(preferences) {
    this.preferences = preferences;
    this.room = byId("columns");
    this.widths = {};
    for (const splitter of this.room.querySelectorAll(".splitter")) this.prepare(splitter);
    addEventListener("resize", () => this.restore());
  }

  /** Set the widths that were remembered; the others follow the style sheet. */
  restore() {
    for (const splitter of this.room.querySelectorAll(".splitter")) {
      const { column } = splitter.dataset;
      const remembered = this.preferences.get(`width-${column}`);
      if (remembered === undefined) describe(splitter, this.measure(column));
      else this.resize(splitter, remembered);
    }
  }

  prepare(splitter) {
    const { column } = splitter.dataset;
    const sign = column === "alerts" ? 1 : -1;
    splitter.addEventListener("pointerdown", (event) => this.drag(splitter, sign, event));
    splitter.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -KEY_STEP, ArrowRight: KEY_STEP }[event.key];
      if (!step) return;
      event.preventDefault();
      this.resize(splitter, this.measure(column) + sign * step);
      this.remember(column);
    });
  }

  drag(splitter, sign, start) {
    const { column } = splitter.dataset;
    const width = this.measure(column);
    const move = (event) => this.resize(splitter, width + sign * (event.clientX - start.clientX));
    splitter.setPointerCapture(start.pointerId);
    splitter.classList.add("dragging");
    splitter.addEventListener("pointermove", move);
    splitter.addEventListener("lostpointercapture", () => {
      splitter.classList.remove("dragging");
      splitter.removeEventListener("pointermove", move);
      this.remember(column);
    }, { once: true });
  }

  measure(column) {
    return this.room.querySelector(column === "alerts" ? ".alerts" : ".universe").getBoundingClientRect().width;
  }

  resize(splitter, width) {
    const { column } = splitter.dataset;
    const other = this.measure(column === "alerts" ? "scanner" : "alerts");
    const [least, most] = LIMITS[column];
    const room = this.room.clientWidth - other - CHART_LEAST;
    const fitting = Math.round(Math.max(least, Math.min(most, width, room)));
    this.widths[column] = fitting;
    document.documentElement.style.setProperty(`--width-${column}`, `${fitting}px`);
    describe(splitter, fitting);
  }

  remember(column) {
    this.preferences.set(`width-${column}`, this.widths[column]);
  }
}

function describe(splitter, width) {
  const [least, most] = LIMITS[splitter.dataset.column];
  mark(splitter, "aria-valuenow", String(Math.round(width)));
  mark(splitter, "aria-valuemin", String(least));
  mark(splitter, "aria-valuemax", String(most));
}
