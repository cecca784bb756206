import { age, change, decimal, price, timeframe, way, words } from "./format.js";
import { make, mark, write } from "./dom.js";

const ARROWS = { bullish: "▲", bearish: "▼", neutral: "•" };
const TONES = { bullish: "up", bearish: "down" };
const WAYS = { 1: "up", "-1": "down" };

function line(...parts) {
  const row = make("div");
  row.append(...parts);
  return row;
}

/** One alert in three lines; the element is reused for whichever alert is in view. */
export class AlertRow {
  constructor(clock) {
    this.clock = clock;
    this.at = make("time", "at figures");
    this.symbol = make("span", "symbol");
    this.arrow = make("span", "arrow");
    this.pattern = make("span", "pattern");
    this.mark = make("span", "mark");
    this.life = make("span", "life");
    this.gauge = make("i");
    this.confidence = make("span", "confidence figures");
    this.reason = make("div", "reason");
    this.where = make("span", "where");
    this.quality = make("span", "quality");
    this.price = make("span", "figures");
    this.change = make("span", "figures");
    this.age = make("span", "age figures");
    this.element = this.assemble();
  }

  assemble() {
    const gauge = make("span", "gauge");
    gauge.append(this.gauge);
    const last = line(this.where, this.quality, this.price, this.change, this.age);
    last.className = "last";
    const row = make("article", "alert");
    row.setAttribute("role", "option");
    row.append(
      line(this.at, this.symbol, this.arrow, this.pattern, this.mark, this.life, gauge, this.confidence),
      this.reason,
      last,
    );
    return row;
  }

  show(alert) {
    this.alert = alert;
    this.element.id = `alert-${alert.ordinal}`;
    this.element.dataset.flow = alert.flowId;
    this.element.dataset.symbol = alert.symbol;
    this.element.dataset.pattern = alert.pattern;
    mark(this.element, "data-life", alert.life);
    mark(this.element, "data-trade", alert.forTrading ? "yes" : "no");
    this.showTop(alert);
    this.showWhere(alert);
  }

  showTop(alert) {
    write(this.at, this.clock.time(alert.at));
    write(this.symbol, alert.symbol);
    write(this.arrow, ARROWS[alert.direction] ?? ARROWS.neutral);
    this.arrow.className = `arrow ${alert.forTrading ? (TONES[alert.direction] ?? "muted") : "muted"}`;
    this.arrow.title = alert.direction;
    write(this.pattern, words(alert.pattern));
    this.pattern.title = words(alert.pattern);
    write(this.mark, alert.forTrading ? "" : words(alert.tier).toUpperCase());
    this.mark.hidden = alert.forTrading;
    write(this.life, words(alert.life));
    this.gauge.style.transform = `scaleX(${Math.min(1, Math.max(0, alert.confidence))})`;
    write(this.confidence, decimal(alert.confidence, 2));
    write(this.reason, alert.reason || "\u00a0");
    this.reason.title = alert.reason;
  }

  showWhere(alert) {
    const tier = alert.forTrading ? words(alert.tier) : `${words(alert.tier)}, not a signal`;
    write(this.where, [tier, timeframe(alert.timeframe)].filter(Boolean).join(" · "));
    write(this.quality, qualityOf(alert));
    this.quality.hidden = qualityOf(alert) === "";
    write(this.price, price(alert.price));
    write(this.change, change(alert.change));
    this.change.className = `figures ${WAYS[way(alert.change)] ?? "muted"}`;
  }

  tick(now) {
    write(this.age, age(now - this.alert.at));
  }
}

function qualityOf(alert) {
  if (alert.quality !== "live") return words(alert.quality);
  return alert.degraded ? "stored late" : "";
}
