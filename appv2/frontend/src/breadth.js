import { byId, fillFacts } from "./dom.js";
import { change, decimal, way } from "./format.js";

const WAYS = { 1: "up", "-1": "down", 0: "" };
const MINUTE_MS = 60000;

/** What the live quotes say of the market as a whole. */
export class Breadth {
  constructor(quotes, alerts) {
    this.alerts = alerts;
    this.quotes = quotes;
    this.arrivals = [];
    [this.up, this.flat, this.down] = byId("breadth-bar").children;
  }

  /** Count an alert that arrived now. */
  alertArrived() {
    this.arrivals.push(Date.now());
  }

  draw() {
    const { up, down, flat, mean, upVolumeShare } = this.quotes.breadth();
    const { best, worst } = this.quotes.extremes();
    this.up.style.flexGrow = up;
    this.flat.style.flexGrow = flat;
    this.down.style.flexGrow = down;
    fillFacts(byId("breadth"), [
      ["rising", String(up), "up"],
      ["falling", String(down), "down"],
      ["mean", change(mean), WAYS[way(mean)]],
      ["volume rising", upVolumeShare === undefined ? "–" : `${decimal(upVolumeShare * 100, 0)}%`],
      ["alerts / min", String(this.perMinute())],
      ["taken back", String(this.alerts.countLife("retracted"))],
      ["most up", extreme(best), WAYS[way(best?.change_percent)]],
      ["most down", extreme(worst), WAYS[way(worst?.change_percent)]],
    ]);
  }

  perMinute() {
    const since = Date.now() - MINUTE_MS;
    while (this.arrivals.length && this.arrivals[0] < since) this.arrivals.shift();
    return this.arrivals.length;
  }
}

function extreme(quote) {
  return quote ? `${quote.symbol} ${change(quote.change_percent)}` : "–";
}
