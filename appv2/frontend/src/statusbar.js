import { byId, make, mark, write } from "./dom.js";
import { zoneName } from "./clock.js";
import { caughtUpText, decimal, latency } from "./format.js";

const HEALTH_SILENT_S = 30;
const CAUGHT_UP_MS = 12000;
const BADGES = { simulated: "SIMULATED MARKET", replay: "REPLAY" };
const CALM_STATES = { live: "", quiet: "quiet" };
const STATES_ALWAYS_SHOWN = ["live", "quiet", "stale"];
const DOTS = { healthy: "good", warning: "warn", critical: "bad" };

/** The line that says what market this is, how its data flow, and whether this page is connected. */
export class StatusBar {
  constructor(market, clock, feedTime) {
    this.market = market;
    this.clock = clock;
    this.feedTime = feedTime;
    this.lostAt = undefined;
    this.feed = { producer: "alive", redis: "up" };
    document.body.dataset.market = market.id;
    const badge = byId("market-badge");
    badge.hidden = !(market.id in BADGES);
    write(badge, BADGES[market.id] ?? "");
    document.title = market.id in BADGES ? `${BADGES[market.id]} · TickStock` : "TickStock";
    write(byId("market-zone"), zoneName(clock.zone));
    this.open(market.open);
    this.tick();
    setInterval(() => this.tick(), 1000);
  }

  open(isOpen) {
    this.market.open = isOpen;
    write(byId("market-state"), isOpen ? "Open" : "Closed");
    mark(byId("market-state"), "class", isOpen ? "" : "attention");
    mark(byId("market-dot"), "class", `dot ${isOpen ? "good" : "warn"}`);
  }

  /** Take a message of streaming health. */
  health(message) {
    this.healthAt = Date.now() / 1000;
    this.status = message.status;
    const flow = message.data_flow ?? {};
    write(byId("feed-rate"), `${decimal(flow.ticks_per_second, 0)}/s`);
    write(byId("feed-lag"), latency(this.market.id === "replay" ? undefined : flow.processing_lag_ms));
    byId("feed-rate").parentElement.title = (message.issues ?? []).map(issueText).join("\n") || "Trades a second, and how long they wait in the producer";
    if (typeof message.market_open === "boolean") this.open(message.market_open);
    this.drawFeed();
  }

  /** Take a message of who is alive behind AppV2. */
  feedState(message) {
    this.feed = { ...this.feed, ...message };
    this.drawFeed();
  }

  /** Show how many symbols are in which state. */
  states(counts) {
    const names = [...new Set([...STATES_ALWAYS_SHOWN, ...counts.keys()])];
    const room = byId("symbol-states");
    const parts = names.map((name) => ({ text: `${counts.get(name) ?? 0} ${name}`, tone: toneOf(name, counts.get(name)) }));
    const text = parts.map((part) => part.text).join(" · ");
    if (room.dataset.text === text) return;
    room.dataset.text = text;
    room.replaceChildren(...parts.flatMap(({ text: words, tone }, place) => [
      ...(place ? [make("span", "separator", "·")] : []), make("span", `figures ${tone}`, words),
    ]));
  }

  /** Show the state of this page's own connection. */
  connection(state, { again = false, ...missed } = {}) {
    clearTimeout(this.calm);
    if (state === "lost") return this.lost();
    this.lostAt = undefined;
    if (!again) return this.say("live", "connected", "good");
    this.say("caught-up", caughtUpText(missed), missed.waits ? "warn" : "good");
    this.calm = setTimeout(() => this.say("live", "connected", "good"), CAUGHT_UP_MS);
    return undefined;
  }

  lost() {
    this.lostAt ??= Date.now() / 1000;
    // What was not heard while this page was cut off says nothing about the feed.
    this.healthAt = undefined;
    this.tick();
  }

  tick() {
    const now = Date.now() / 1000;
    const shown = this.feedTime.clock(now);
    write(byId("market-clock"), this.feedTime.isReplay ? `${this.clock.day(shown)} ${this.clock.time(shown)}` : this.clock.time(shown));
    if (this.lostAt !== undefined) this.say("lost", `connection lost · ${Math.floor(now - this.lostAt)} s`, "bad");
    this.drawFeed();
  }

  say(state, text, tone) {
    mark(document.body, "data-connection", state);
    write(byId("connection-text"), text);
    mark(byId("connection-dot"), "class", `dot ${tone}`);
  }

  drawFeed() {
    const problem = this.problem();
    const dot = byId("feed-dot");
    mark(dot, "class", `dot ${problem ? "bad" : (DOTS[this.status] ?? "")}`);
    dot.parentElement.classList.toggle("concern", problem !== "");
    write(dot.nextElementSibling, problem || "feed");
  }

  problem() {
    if (this.feed.redis === "down") return "Redis down";
    if (this.feed.producer === "dead") return "producer silent";
    const silent = this.healthAt !== undefined && Date.now() / 1000 - this.healthAt > HEALTH_SILENT_S;
    return silent ? "feed silent" : "";
  }
}

function toneOf(state, count) {
  if (state in CALM_STATES) return CALM_STATES[state];
  return count ? "concern" : "quiet";
}

function issueText(issue) {
  return typeof issue === "string" ? issue : (issue.message ?? JSON.stringify(issue));
}
