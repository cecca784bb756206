import { AlertRow } from "./alertrow.js";
import { byId, fade, mark, oncePerFrame, write } from "./dom.js";
import { decimal } from "./format.js";

const SPARE_ROWS = 4;
const FADE = "rgb(240 180 76 / 22%)";

/** Show the alerts of a book, newest first. Only the rows in view exist, so a burst costs nothing more. */
export class AlertList {
  constructor(book, clock, choose) {
    this.book = book;
    this.clock = clock;
    this.choose = choose;
    this.room = byId("alerts");
    this.space = byId("alerts-space");
    this.empty = byId("alerts-empty");
    this.unseenButton = byId("alerts-unseen");
    this.count = byId("alerts-count");
    this.rows = new Map();
    this.spare = [];
    this.chosen = undefined;
    this.unseen = 0;
    this.emptyText = "";
    this.draw = oncePerFrame(() => this.drawNow());
    this.rowHeight = parseFloat(getComputedStyle(document.documentElement).getPropertyValue("--alert-row"));
    this.listen();
  }

  listen() {
    this.room.addEventListener("scroll", () => this.draw(), { passive: true });
    new ResizeObserver(() => this.draw()).observe(this.room);
    this.space.addEventListener("click", (event) => {
      const row = event.target.closest(".alert");
      if (row) this.choose(this.book.byFlow(row.dataset.flow));
    });
    this.room.addEventListener("keydown", (event) => this.walk(event));
    this.unseenButton.addEventListener("click", () => this.toNewest());
    setInterval(() => this.tick(), 1000);
  }

  /**
   * Draw alerts that were added on top, within the frame that is being made; what the reader
   * looks at stays where it is.
   */
  added(matchingCount) {
    if (this.room.scrollTop > 0 && matchingCount > 0) {
      this.unseen += matchingCount;
      this.pendingShift = (this.pendingShift ?? 0) + matchingCount * this.rowHeight;
    }
    this.drawNow();
  }

  /** Show an alert as chosen and bring it into view. */
  select(alert) {
    this.chosen = alert;
    const place = alert ? this.book.shown.placeOf(alert.ordinal) : -1;
    if (place >= 0) this.reveal(place);
    this.draw();
  }

  /** Return the alert `step` places from the chosen one, the newest when none is chosen. */
  neighbour(step) {
    const { shown } = this.book;
    if (!shown.length) return undefined;
    const place = this.chosen ? shown.placeOf(this.chosen.ordinal) : -1;
    if (place < 0) return shown.at(0);
    return shown.at(Math.min(shown.length - 1, Math.max(0, place + step)));
  }

  walk(event) {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: this.perView(), PageUp: -this.perView() }[event.key];
    if (!step) return;
    event.preventDefault();
    this.onStep(step);
  }

  perView() {
    return Math.max(1, Math.floor(this.room.clientHeight / this.rowHeight));
  }

  /** Say how many finds the alert policy held back in this session. */
  heldBack(count) {
    write(byId("alerts-held"), count ? `${decimal(count, 0)} held back` : "");
  }

  toNewest() {
    this.room.scrollTop = 0;
    this.unseen = 0;
    this.draw();
  }

  reveal(place) {
    const top = place * this.rowHeight;
    const bottom = top + this.rowHeight - this.room.clientHeight;
    if (top < this.room.scrollTop) this.room.scrollTop = top;
    else if (bottom > this.room.scrollTop) this.room.scrollTop = bottom;
  }

  drawNow() {
    const { shown, all } = this.book;
    const { clientHeight: height, scrollTop } = this.room; // read first: after a write it costs a layout
    this.space.style.height = `${shown.length * this.rowHeight}px`;
    const top = this.pendingShift ? this.shifted(scrollTop) : scrollTop;
    this.drawRows(shown, top, height);
    this.drawHead(shown, all, top);
  }

  shifted(top) {
    this.room.scrollTop = top + this.pendingShift;
    this.pendingShift = 0;
    return this.room.scrollTop;
  }

  drawRows(shown, top, height) {
    const first = Math.max(0, Math.floor(top / this.rowHeight) - SPARE_ROWS);
    const inView = Math.ceil(height / this.rowHeight) + 2 * SPARE_ROWS;
    const last = Math.min(shown.length, first + inView);
    const wanted = new Map();
    for (let place = first; place < last; place += 1) wanted.set(shown.at(place).ordinal, place);
    for (const [ordinal, row] of this.rows) if (!wanted.has(ordinal)) this.release(ordinal, row);
    let above = null;
    for (const [ordinal, place] of wanted) above = this.drawRow(ordinal, place, shown, above);
  }

  drawRow(ordinal, place, shown, above) {
    const row = this.rows.get(ordinal) ?? this.take(ordinal);
    this.putBelow(row.element, above);
    const alert = shown.at(place);
    row.show(alert);
    row.tick(Date.now() / 1000);
    row.element.style.transform = `translateY(${place * this.rowHeight}px)`;
    mark(row.element, "aria-selected", String(alert === this.chosen));
    mark(row.element, "aria-posinset", String(place + 1));
    mark(row.element, "aria-setsize", String(shown.length));
    if (alert.fresh) fade(row.element, FADE);
    alert.fresh = false;
    return row.element;
  }

  // A screen reader reads in the order of the document, so that must be the order on screen.
  putBelow(element, above) {
    const inPlace = element.parentNode === this.space && element.previousElementSibling === above;
    if (!inPlace) this.space.insertBefore(element, above ? above.nextSibling : this.space.firstChild);
  }

  take(ordinal) {
    const row = this.spare.pop() ?? new AlertRow(this.clock);
    this.rows.set(ordinal, row);
    return row;
  }

  release(ordinal, row) {
    row.element.remove();
    this.rows.delete(ordinal);
    this.spare.push(row);
  }

  drawHead(shown, all, top) {
    if (top < this.rowHeight / 2) this.unseen = 0;
    write(this.count, shown.length === all.length ? `${all.length}` : `${shown.length} of ${all.length}`);
    this.unseenButton.hidden = this.unseen === 0;
    write(this.unseenButton, `${this.unseen} new ↑`);
    this.empty.hidden = shown.length > 0;
    write(this.empty, this.emptyText);
    const row = this.chosen && this.rows.get(this.chosen.ordinal);
    if (row) mark(this.room, "aria-activedescendant", row.element.id);
    else this.room.removeAttribute("aria-activedescendant");
  }

  tick() {
    const now = Date.now() / 1000;
    for (const row of this.rows.values()) row.tick(now);
  }
}
