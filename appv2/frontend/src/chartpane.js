import { Bars, barOf } from "./bars.js";
import { Chart } from "./chart.js";
import { byId, make, write } from "./dom.js";
import { MINUTE, change, price, shares, timeframe, way } from "./format.js";
import { getJson } from "./http.js";

const STEPS = { [MINUTE]: 60, "5min": 300, "15min": 900, "1hour": 3600, daily: 86400, weekly: 604800 };
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
    this.timeframe = MINUTE;
    this.choice = byId("chart-timeframe");
    for (const name of Object.keys(STEPS)) {
      const option = make("option", "", timeframe(name));
      option.value = name;
      this.choice.append(option);
    }
    this.choice.addEventListener("change", () => this.switchTo(this.choice.value));
  }

  /** Show a symbol, with `alert` chosen among its alerts, in the timeframe of that alert. */
  async show(symbol, alert) {
    this.alert = alert;
    const wanted = alert?.timeframe in STEPS ? alert.timeframe : this.timeframe;
    if (symbol === this.symbol && wanted === this.timeframe) return this.annotate(true);
    this.symbol = symbol;
    return this.switchTo(wanted);
  }

  /** Show the same symbol in another timeframe. */
  async switchTo(name) {
    this.timeframe = this.choice.value = name;
    if (!this.symbol) return;
    this.bars = new Bars(STEPS[name]);
    this.loaded = false;
    this.hovered = undefined;
    this.headline();
    await this.load({ fit: true });
  }

  /** Fetch the bars again, as after a lost connection. */
  async load({ fit = false } = {}) {
    this.request?.abort();
    const request = new AbortController();
    this.request = request;
    const path = `/api/bars/${encodeURIComponent(this.symbol)}?timeframe=${this.timeframe}&limit=${HISTORY}`;
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
    const bar = this.bars && message.timeframe === this.timeframe && barOf(message, this.symbol, time);
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

  /** Take the newest quote of the shown symbol into the developing minute; longer bars show when they close. */
  quoted() {
    this.headline();
    if (this.timeframe !== MINUTE) return;
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
    const alerts = this.alerts.ofSymbol(this.symbol).filter((alert) => !(alert.timeframe in STEPS) || alert.timeframe === this.timeframe);
    this.chart.annotate(alerts, this.alert, this.bars);
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
    const at = last && (STEPS[this.timeframe] < STEPS.daily ? this.clock.minute(last.time) : new Date(last.time * 1000).toISOString().slice(0, 10));
    write(byId("chart-bar"), [quote.state, at && `bar ${at}`].filter(Boolean).join(" · "));
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
