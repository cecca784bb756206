import { byId, fillFacts, make, write } from "./dom.js";
import { hopsOf } from "./flow.js";
import { decimal, latency, price, times, words } from "./format.js";
import { getJson } from "./http.js";

const RETRY_MS = 1500;
const INDICATORS = [
  [["rsi", "rsi_14"], "RSI", (value) => decimal(value, 0)],
  [["candle_strength"], "strength", (value) => decimal(value, 0)],
  [["relative_volume"], "rel vol", times],
  [["relative_strength"], "rel strength", (value) => decimal(value, 2)],
];

/** The line below the chart: why the chosen alert fired, its levels, and its way to this screen. */
export class Detail {
  constructor(clock) {
    this.clock = clock;
  }

  show(alert) {
    this.alert = alert;
    this.request?.abort();
    clearTimeout(this.retry);
    this.why();
    this.fillFlow({}, alert);
    this.load(alert);
  }

  /** Say that this symbol has no alert. */
  clear(symbol) {
    this.alert = undefined;
    this.request?.abort();
    clearTimeout(this.retry);
    write(byId("detail-title"), symbol);
    byId("detail-why").classList.add("muted");
    write(byId("detail-why"), "No alert of this symbol is listed.");
    fillFacts(byId("detail-facts"), []);
    write(byId("flow-total"), "");
    fillBar(byId("flow-hops"), []);
    fillFacts(byId("flow"), []);
  }

  /** Draw again what a later event may have changed. */
  why() {
    const { alert } = this;
    const text = byId("detail-why");
    text.classList.remove("muted");
    write(byId("detail-title"), `${alert.symbol} ${words(alert.pattern)}`);
    write(text, sentence(alert));
    text.title = sentence(alert);
    fillFacts(byId("detail-facts"), factsOf(alert, this.clock));
  }

  async load(alert, mayRetry = true) {
    this.request = new AbortController();
    try {
      const flow = await getJson(`/api/flow/${encodeURIComponent(alert.flowId)}`, this.request.signal);
      this.fillFlow(flow, alert);
    } catch (error) {
      if (error.name === "AbortError") return;
      this.fillFlow({}, alert);
    }
    // The last checkpoints of a fresh alert are written in batches, a moment after it is shown.
    if (mayRetry && alert.screenAt) this.retry = setTimeout(() => this.load(alert, false), RETRY_MS);
  }

  fillFlow(flow, alert) {
    const { hops, total, endsOnScreen } = hopsOf(flow, alert);
    write(byId("flow-title"), endsOnScreen || !hops.length ? "Tick to screen" : "Tick to last checkpoint");
    write(byId("flow-total"), latency(total));
    fillBar(byId("flow-hops"), hops);
    fillFacts(byId("flow"), hops.length ? hops.map(({ name, ms }) => [name, latency(ms)]) : [["hops", "not recorded"]]);
  }
}

function fillBar(bar, hops) {
  while (bar.children.length > hops.length) bar.lastElementChild.remove();
  hops.forEach(({ ms }, place) => {
    const part = bar.children[place] ?? bar.appendChild(make("span"));
    part.style.flexGrow = Math.max(0, ms);
  });
}

function sentence(alert) {
  const reason = alert.reason || "No reason was sent with this event.";
  if (!alert.forTrading) return `${words(alert.tier)} event, not a signal. ${reason}`;
  return alert.life === "confirmed" ? reason : `${lifeOf(alert)}: ${reason}`;
}

function lifeOf({ life, ending }) {
  if (!ending) return words(life);
  const bars = ending.bars === 1 ? "1 bar" : `${ending.bars} bars`;
  return `${words(life)} at ${price(ending.price)} after ${bars}`;
}

function factsOf(alert, clock) {
  const levels = alert.forTrading ? alert.levels : {};
  const facts = [
    ["bar", clock.minute(alert.barTime)],
    ["price", price(alert.price)],
    ["confidence", decimal(alert.confidence, 2)],
    ...(alert.forTrading && Number.isFinite(alert.geometry.level) ? [["level", price(alert.geometry.level), "attention"]] : []),
    ...[["entry", ""], ["stop", "down"], ["target", "up"]]
      .filter(([name]) => Number.isFinite(levels[name]))
      .map(([name, tone]) => [name, price(levels[name]), tone]),
  ];
  for (const [names, title, format] of INDICATORS) {
    const value = names.map((name) => alert.indicators[name]).find(Number.isFinite);
    if (value !== undefined) facts.push([title, format(value)]);
  }
  if (alert.nullRate !== undefined) facts.push(["by chance", `${decimal(alert.nullRate, alert.nullRate < 0.1 ? 3 : 1)} ‰`]);
  if (alert.ending) facts.push(["ended at", price(alert.ending.price), alert.life === "failed" ? "down" : ""]);
  if (alert.revision) facts.push(["revision", String(alert.revision)]);
  return facts;
}
