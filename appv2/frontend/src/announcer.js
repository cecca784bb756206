import { byId, write } from "./dom.js";
import { words } from "./format.js";

const EVERY_MS = 15000;

/** Tell screen readers what arrived, in one sentence at most every 15 seconds. */
export class Announcer {
  constructor() {
    this.count = 0;
    setInterval(() => this.speak(), EVERY_MS);
  }

  /** Say something now. */
  say(text) {
    write(byId("summary"), text);
  }

  heard(alert) {
    this.count += 1;
    this.latest = alert;
  }

  speak() {
    if (this.count === 0) return;
    const { symbol, pattern, direction } = this.latest;
    const alerts = this.count === 1 ? "1 alert" : `${this.count} alerts`;
    this.say(`${alerts}. Latest: ${symbol}, ${words(pattern)}, ${direction}.`);
    this.count = 0;
  }
}
