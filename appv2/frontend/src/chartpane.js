import { Bars, barOf } from "./bars.js";
import { Chart } from "./chart.js";
import { byId, make, write } from "./dom.js";
import { change, price, shares, way } from "./format.js";
import { getJson } from "./http.js";

const TIMEFRAME = "1min";
const HISTORY = 500;
const WAYS = { 1: "figures up", "-1": "figures down", 0: "figures muted" };

/** The chart of the chosen symbol: loads its bars, keeps them live and says what was revised. */
export class ChartPane {
  constructor({ quotes, alerts, clock, feedTime, pick }) {
    this.quotes = quotes;
    this.alerts = alerts;
    this.clock = clock;
    this.feedTime = feedTime;
    this.chart = new Chart(clock, { hover: (time) => this.hover(time), pick });
    this.message = byId("chart-message");
  }

  /** Show a symbol, with `alert` chosen among its alerts. */
  async show(symbol, alert) {
    this.alert = alert;
    if (symbol === this.symbol) return this.annotate(true);
    this.symbol = symbol;
    this.bars = new Bars();
    this.loaded = false;
    this.headline();
    await this.load({ fit: true });
    return undefined;
  }

  /** Fetch the bars again, as after a lost connection. */
  async load({ fit = false } = {}) {
    this.request?.abort();
    const request = new AbortController();
    this.request = request;
    const path = `/api/bars/${encodeURIComponent(this.symbol)}?timeframe=${TIMEFRAME}&limit=${HISTORY}`;
    try {
      const { bars } = await getJson(path, request.signal);
      this.bars.load(bars);
      this.loaded = true;
      this.say(this.bars.closed.length ? "" : "No bar is stored for this symbol yet.");
    } catch (error) {
      if (error.name === "AbortError") return;
      this.say(`The bars could not be loaded: ${error.message}.`);
    }
    this.redraw(fit);
  }

  /** Take a message of closed bars at `time` (unix seconds). */
  closed(message, time) {
    const bar = this.bars && message.timeframe === TIMEFRAME && barOf(message, this.symbol, time);
    if (!bar) return;
    const outcome = this.bars.close(bar);
    if (outcome === "ignored" || !this.loaded) return;
    const isNewest = this.bars.everything().at(-1) === bar;
    if (isNewest || outcome === "revised") this.chart.update(bar, isNewest);
    else this.redraw(false);
    this.say("");
    this.headline();
    this.legend();
    this.annotate(false);
  }

  /** Take the newest quote of the shown symbol into the developing bar. */
  quoted() {
    this.headline();
    const quote = this.quotes.row(this.symbol);
    const start = this.feedTime(this.bars.last?.time);
    if (!this.loaded || quote.price === undefined || start === undefined) return;
    const bar = this.bars.tick(start, quote.price, quote.volume);
    if (bar) this.chart.update(bar, true);
    this.legend();
  }

  redraw(fit) {
    this.chart.show(this.bars.everything(), { fit });
    this.headline();
    this.legend();
    this.annotate(fit);
  }

  annotate(reveal) {
    if (!this.bars) return;
    this.chart.annotate(this.alerts.ofSymbol(this.symbol), this.alert, this.bars);
    const bar = reveal && this.alert && this.bars.at(this.alert.barTime);
    if (bar) this.chart.reveal(bar.time);
  }

  headline() {
    const quote = this.quotes.row(this.symbol);
    write(byId("chart-symbol"), this.symbol);
    write(byId("chart-name"), quote.name ?? "");
    write(byId("chart-price"), price(quote.price));
    write(byId("chart-change"), change(quote.change_percent));
    byId("chart-change").className = WAYS[way(quote.change_percent)];
    const last = this.bars?.last;
    write(byId("chart-bar"), ["1 min", quote.state, last && `bar ${this.clock.minute(last.time)}`].filter(Boolean).join(" · "));
    const revised = byId("chart-revised");
    revised.hidden = !last?.revision;
    write(revised, last?.revision ? `revised, rev ${last.revision}` : "");
  }

  /** Write the values of the bar under the crosshair, else of the newest. */
  legend() {
    const bar = this.hovered === undefined ? this.bars?.everything().at(-1) : this.barAt(this.hovered);
    const legend = byId("chart-legend");
    if (!bar) return legend.replaceChildren();
    const values = [["O", price(bar.open)], ["H", price(bar.high)], ["L", price(bar.low)], ["C", price(bar.close)], ["V", shares(bar.volume)]];
    if (bar.revision) values.push(["rev", String(bar.revision)]);
    const parts = values.map(([name, value]) => {
      const part = make("span", name === "rev" ? "revised" : "", name);
      part.append(make("b", "", value));
      return part;
    });
    return legend.replaceChildren(...parts);
  }

  hover(time) {
    this.hovered = time;
    this.legend();
  }

  barAt(time) {
    return this.bars.forming?.time === time ? this.bars.forming : this.bars.at(time);
  }

  say(text) {
    this.message.hidden = text === "";
    write(this.message, text);
  }
}
