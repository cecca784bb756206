import { hasEnded, readAlert, reviseAlert } from "./alert.js";
import { seconds } from "./clock.js";
import { Recent } from "./recent.js";

const EVERYTHING = () => true;

/** Return listed alerts, newest first, as messages in the order of their times. */
export function oldestFirst(listed) {
  // What one close brings has one time: an alert and its end keep the order of the list.
  return listed.map(asMessage).reverse().sort((a, b) => timeOf(a) - timeOf(b));
}

function asMessage(item) {
  return item.event && typeof item.event === "object" ? item : { event: item };
}

function timeOf({ event }) {
  return seconds(event.timestamp) ?? seconds(event.bar_time) ?? 0;
}

function lifeOf(message) {
  const named = message.event.life;
  if (named) return named;
  const fromType = (message.type ?? "").replace(/^pattern_/, "");
  return ["", "detected", "updated"].includes(fromType) ? "confirmed" : fromType;
}

/**
 * Keep the newest alerts, each flow once; the same (flow, life, revision) counts only once.
 * `capacity` bounds both what is kept and what is remembered as seen.
 */
export class AlertBook {
  constructor(capacity = 1000) {
    this.all = new Recent(capacity);
    this.flows = new Map();
    this.ordinal = 0;
    this.matches = EVERYTHING;
    this.shown = new Recent(capacity);
  }

  /** Take an alert or an update; return {kind: "added"|"revised"|"ignored", alert}. */
  receive(message) {
    if (!message?.event?.symbol) return { kind: "ignored" };
    const life = lifeOf(message);
    const reading = readAlert(message.event, life);
    const held = this.flows.get(reading.flowId);
    if (held) return this.revise(held, message.event, reading);
    // How an alert ended that fell out of the list, or was never in it, is no news.
    return hasEnded(life) ? { kind: "ignored" } : this.add(reading);
  }

  /** Show only alerts that match; without an argument, all. */
  filter(matches = EVERYTHING) {
    this.matches = matches;
    this.shown = new Recent(this.all.capacity);
    for (let place = this.all.length - 1; place >= 0; place -= 1) {
      const alert = this.all.at(place);
      if (matches(alert)) this.shown.push(alert);
    }
  }

  byFlow(flowId) {
    return this.flows.get(flowId)?.alert;
  }

  /** Return the newest alerts of a symbol, at most `limit`. */
  ofSymbol(symbol, limit = 60) {
    const found = [];
    for (let place = 0; place < this.all.length && found.length < limit; place += 1) {
      const alert = this.all.at(place);
      if (alert.symbol === symbol) found.push(alert);
    }
    return found;
  }

  /** Count the alerts kept for each symbol; those of tests do not count. */
  countBySymbol() {
    const counts = new Map();
    for (let place = 0; place < this.all.length; place += 1) {
      const { symbol, forTrading, life } = this.all.at(place);
      if (forTrading && life !== "retracted") counts.set(symbol, (counts.get(symbol) ?? 0) + 1);
    }
    return counts;
  }

  /** Return the symbols of the alerts that the filter lets through. */
  symbolsShown() {
    const symbols = new Set();
    for (let place = 0; place < this.shown.length; place += 1) symbols.add(this.shown.at(place).symbol);
    return symbols;
  }

  /** Count the kept alerts found since a time, in unix seconds. */
  countSince(time) {
    let count = 0;
    while (count < this.all.length && this.all.at(count).at >= time) count += 1;
    return count;
  }

  /** Count the kept alerts that are in this state of life. */
  countLife(life) {
    let count = 0;
    for (let place = 0; place < this.all.length; place += 1) count += this.all.at(place).life === life;
    return count;
  }

  add(alert, seen = new Set()) {
    this.ordinal += 1;
    alert.ordinal = this.ordinal;
    this.flows.set(alert.flowId, { alert, seen: seen.add(`${alert.life}|${alert.revision}`) });
    this.forget(this.all.push(alert));
    if (this.matches(alert)) this.shown.push(alert);
    return { kind: "added", alert };
  }

  revise(held, event, reading) {
    const { alert, seen } = held;
    const key = `${reading.life}|${reading.revision}`;
    const old = reading.revision < alert.revision;
    if (seen.has(key) || old) return { kind: "ignored", alert };
    if (alert.life === "forming" && reading.life === "confirmed") return this.confirm(held, reading);
    seen.add(key);
    reviseAlert(alert, event, reading.life);
    return { kind: "revised", alert };
  }

  /** A pattern that was forming is news again once it is confirmed; whoever chose it keeps it. */
  confirm({ alert, seen }, reading) {
    this.all.remove(alert.ordinal);
    this.shown.remove(alert.ordinal);
    return this.add(Object.assign(alert, reading), seen);
  }

  forget(dropped) {
    if (!dropped) return;
    this.flows.delete(dropped.flowId);
    this.shown.dropBefore(dropped.ordinal + 1);
  }
}
