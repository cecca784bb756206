import { byId, fade, make, mark, oncePerFrame, write } from "./dom.js";
import { change, decimal, price, shares, times, way } from "./format.js";

const RESORT_MS = 5000;
const HOT_RATIO = 2;
const TREND = { width: 56, height: 14 };
const SVG = "http://www.w3.org/2000/svg";
const WAYS = { 1: "up", "-1": "down", 0: "muted" };

const COLUMNS = [
  { key: "name", title: "symbol", order: (row) => row.symbol },
  { key: "price", title: "last", order: (row) => row.price },
  { key: "change", title: "change", order: (row) => row.change_percent },
  { key: "trend", title: "last hour", hint: "Closes of the last 60 minutes", order: (row) => row.change_percent },
  { key: "volume", title: "volume", order: (row) => row.volume },
  { key: "ratio", title: "rel vol", hint: "Volume of the last closed minute against what is usual", order: (row) => row.ratio },
  { key: "strength", title: "RSI", hint: "RSI(14) at the last closed minute", order: (row) => row.rsi },
  { key: "alerts", title: "alerts", hint: "Alerts listed on this page", order: (row) => row.alerts },
];

function compare(left, right, sign) {
  if (left === undefined || right === undefined) return (left === undefined) - (right === undefined);
  return sign * (typeof left === "string" ? left.localeCompare(right) : right - left);
}

/** Show the universe, a row a symbol. Rows are made once; afterwards only changed text is written. */
export class ScannerTable {
  constructor(quotes, trends, choose) {
    this.quotes = quotes;
    this.trends = trends;
    this.choose = choose;
    this.room = byId("scanner-room");
    this.table = byId("scanner");
    this.body = this.table.tBodies[0];
    this.lines = new Map();
    this.waiting = new Set();
    this.sort = { column: COLUMNS[0], sign: 1 };
    this.matches = () => true;
    this.draw = oncePerFrame(() => this.drawWaiting());
    this.watch = new IntersectionObserver((entries) => this.seen(entries), { root: this.room });
    this.head();
    this.listen();
  }

  seen(entries) {
    for (const { target, isIntersecting } of entries) {
      this.lines.get(target.dataset.symbol).inView = isIntersecting;
    }
  }

  head() {
    for (const column of COLUMNS) {
      const cell = make("th", column.key);
      const button = make("button", "plain", column.title);
      button.type = "button";
      if (column.hint) button.title = column.hint;
      button.addEventListener("click", () => this.sortBy(column));
      cell.scope = "col";
      cell.append(button);
      column.cell = cell;
      this.table.tHead.rows[0].append(cell);
    }
  }

  listen() {
    this.body.addEventListener("click", (event) => {
      const line = event.target.closest("tr");
      if (line) this.choose(line.dataset.symbol);
    });
    this.body.addEventListener("keydown", (event) => this.walk(event));
    setInterval(() => this.keepOrder(), RESORT_MS);
  }

  /** Make a row for every symbol: [{symbol, name}]. */
  fill(universe) {
    for (const { symbol, name } of universe) {
      this.quotes.row(symbol).name = name ?? "";
      const line = newLine(symbol, name);
      this.lines.set(symbol, line);
      this.watch.observe(line.row);
      this.waiting.add(symbol);
    }
    write(byId("scanner-count"), `${universe.length} symbols`);
    this.arrange();
    this.draw();
  }

  /** Redraw the rows of these symbols with the next frame. */
  changed(symbols) {
    for (const symbol of symbols) this.waiting.add(symbol);
    this.draw();
  }

  /** Redraw the small lines of these symbols. */
  moved(symbols) {
    for (const symbol of symbols) {
      const line = this.lines.get(symbol);
      if (line) drawTrend(line.trend, this.trends.line(symbol, TREND.width, TREND.height));
    }
  }

  select(symbol) {
    this.lines.get(this.chosen)?.row.setAttribute("aria-selected", "false");
    this.lines.get(this.chosen)?.row.setAttribute("tabindex", "-1");
    this.chosen = symbol;
    const line = this.lines.get(symbol);
    if (!line) return;
    line.row.setAttribute("aria-selected", "true");
    line.row.setAttribute("tabindex", "0");
    this.reveal(line.row);
  }

  // Only the room is scrolled: on a phone the page around it belongs to what the reader looks at.
  reveal(row) {
    const { top, bottom } = row.getBoundingClientRect();
    const room = this.room.getBoundingClientRect();
    const above = top - room.top - this.table.tHead.offsetHeight;
    const below = bottom - room.bottom;
    if (above < 0) this.room.scrollTop += above;
    else if (below > 0) this.room.scrollTop += below;
  }

  filter(matches = () => true) {
    this.matches = matches;
    this.arrange();
  }

  sortBy(column) {
    const again = this.sort.column === column;
    this.sort = { column, sign: again ? -this.sort.sign : 1 };
    this.arrange();
  }

  // Rows that overtake one another under the pointer would be clicked by mistake.
  keepOrder() {
    if (this.sort.column.key !== "name" && !this.body.matches(":hover, :focus-within")) this.arrange();
  }

  arrange() {
    const { column, sign } = this.sort;
    const order = [...this.lines.keys()].map((symbol) => this.quotes.row(symbol));
    order.sort((a, b) => compare(column.order(a), column.order(b), sign) || a.symbol.localeCompare(b.symbol));
    const wanted = order.filter((row) => this.matches(row)).map((row) => this.lines.get(row.symbol).row);
    const rows = this.body.rows;
    if (wanted.length !== rows.length || wanted.some((row, place) => rows[place] !== row)) this.body.replaceChildren(...wanted);
    byId("scanner-empty").hidden = wanted.length > 0 || this.lines.size === 0;
    this.showSort();
  }

  showSort() {
    const rising = (this.sort.column.key === "name") === (this.sort.sign === 1);
    for (const { cell } of COLUMNS) cell.removeAttribute("aria-sort");
    this.sort.column.cell.setAttribute("aria-sort", rising ? "ascending" : "descending");
  }

  drawWaiting() {
    for (const symbol of this.waiting) {
      const line = this.lines.get(symbol);
      if (line) drawLine(line, this.quotes.row(symbol));
    }
    this.waiting.clear();
  }

  walk(event) {
    const step = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
    const next = step && event.target.closest("tr")?.[step];
    if (!next) return;
    event.preventDefault();
    this.choose(next.dataset.symbol);
    next.focus();
  }
}

function newLine(symbol, name) {
  const row = make("tr");
  const cells = Object.fromEntries(COLUMNS.map(({ key }) => [key, row.appendChild(make("td", key))]));
  const dot = make("span", "dot");
  cells.name.append(dot, symbol);
  cells.name.title = name ?? "";
  const trend = cells.trend.appendChild(newTrend());
  const alerts = cells.alerts.appendChild(make("span"));
  row.dataset.symbol = symbol;
  row.setAttribute("aria-selected", "false");
  row.setAttribute("tabindex", "-1");
  return { row, cells, dot, trend, alerts, shown: undefined, inView: false };
}

function newTrend() {
  const picture = document.createElementNS(SVG, "svg");
  picture.setAttribute("viewBox", `0 -1 ${TREND.width} ${TREND.height + 2}`);
  picture.setAttribute("aria-hidden", "true");
  return picture.appendChild(document.createElementNS(SVG, "polyline")).parentNode;
}

function drawTrend(picture, { points, way: direction }) {
  mark(picture.firstChild, "points", points);
  mark(picture, "class", WAYS[direction]);
}

function drawLine(line, quote) {
  const { cells, dot } = line;
  mark(dot, "data-state", quote.state);
  dot.title = quote.state;
  drawPrice(line, quote);
  write(cells.change, change(quote.change_percent));
  cells.change.className = `change ${WAYS[way(quote.change_percent)]}`;
  write(cells.volume, shares(quote.volume));
  write(cells.ratio, times(quote.ratio));
  cells.ratio.classList.toggle("hot", quote.ratio >= HOT_RATIO);
  write(cells.strength, decimal(quote.rsi, 0));
  write(line.alerts, quote.alerts ? String(quote.alerts) : "");
}

function drawPrice(line, quote) {
  const before = line.shown;
  line.shown = quote.price;
  const changed = write(line.cells.price, price(quote.price));
  if (!changed || !line.inView || before === undefined || before === quote.price) return;
  fade(line.cells.price, quote.price > before ? "var(--up-fade)" : "var(--down-fade)");
}
