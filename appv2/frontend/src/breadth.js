import { byId, fillFacts } from "./dom.js";
import { change, decimal, way } from "./format.js";

const WAYS = { 1: "up", "-1": "down", 0: "" };
const MINUTE_S = 60;

/** What the live quotes say of the market as a whole. */
export class Breadth {
  constructor(quotes, alerts) {
    this.alerts = alerts;
    this.quotes = quotes;
    [this.up, this.flat, this.down] = byId("breadth-bar").children;
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
      ["alerts / min", String(this.alerts.countSince(Date.now() / 1000 - MINUTE_S))],
      ["taken back", String(this.alerts.countLife("retracted"))],
      ["most up", extreme(best), WAYS[way(best?.change_percent)]],
      ["most down", extreme(worst), WAYS[way(worst?.change_percent)]],
    ]);
  }
}

function extreme(quote) {
  return quote ? `${quote.symbol} ${change(quote.change_percent)}` : "–";
}
