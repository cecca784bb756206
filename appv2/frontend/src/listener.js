import { oldestFirst } from "./alertbook.js";
import { seconds } from "./clock.js";
import { MINUTE, caughtUpText, words } from "./format.js";
import { getJson } from "./http.js";
import { oncePerFrame } from "./dom.js";

const CLOSES_AT_ONCE = 200;
const SLOW_DRAW_MS = 1000;

/** Name the market and the symbols that a page is made for. */
function subjectOf({ market, universe }) {
  return JSON.stringify([market.id, universe.map(({ symbol }) => symbol)]);
}

function payloadOf(message) {
  return message.payload ?? message;
}

/** Take every event of the socket to the parts of the page that show it. */
export class Listener {
  constructor(parts, bootstrap) {
    const { quotes, ...others } = parts;
    Object.assign(this, others);
    this.quoteBook = quotes;
    this.universe = bootstrap.universe;
    this.subject = subjectOf(bootstrap);
    this.arrived = [];
    this.drawAlerts = oncePerFrame(() => this.alertsDrawn());
    this.drawTheRest = oncePerFrame(() => this.restDrawn());
    setInterval(() => this.breadth.draw(), SLOW_DRAW_MS);
  }

  /** Fill the page with what AppV2 knew when it was loaded. */
  fill(bootstrap, history) {
    this.table.fill(this.universe);
    this.takeState(bootstrap);
    for (const message of oldestFirst(history.alerts)) this.receive(message);
    this.list.emptyText = "No alert yet. Alerts appear here as bars close.";
    this.list.draw();
    this.countAlerts();
    this.breadth.draw();
    this.chooseFirst();
    this.loadTrends().catch((error) => this.messages.note(`no trend of the last hour: ${error.message}`, "warn"));
    this.messages.note(`loaded: ${this.universe.length} symbols, ${this.alerts.all.length} alerts`);
  }

  takeState({ quotes, feed_state: feedState, streaming_health: health }) {
    this.quotes(quotes ?? {});
    if (feedState) this.status.feedState(feedState);
    if (health) this.streaming_health(health);
  }

  chooseFirst() {
    const newest = this.alerts.all.at(0);
    const [first] = this.universe;
    if (newest) this.selection.alert(newest);
    else if (first) this.selection.symbol(first.symbol);
    this.selection.isPageOwn = newest === undefined;
  }

  receive(message) {
    const { kind, alert } = this.alerts.receive(message);
    if (kind !== "ignored") this.quoteBook.measured(alert.symbol, alert.timeframe, alert.indicators);
    return { kind, alert };
  }

  alert(message) {
    const { kind, alert } = this.receive(message);
    if (kind === "ignored") return;
    if (kind === "added") this.noteArrival(alert);
    if (alert === this.selection.chosen) this.detail.why();
    this.marksChanged ||= alert.symbol === this.selection.chosenSymbol;
    this.drawAlerts();
  }

  noteArrival(alert) {
    alert.fresh = true;
    this.arrived.push(alert);
    if (alert.life !== "forming") this.announcer.heard(alert);
  }

  // The rows come first; what they change elsewhere may take a frame of its own.
  alertsDrawn() {
    const arrived = this.arrived.splice(0);
    this.list.added(arrived.filter(this.alerts.matches).length);
    const now = Date.now() / 1000;
    for (const alert of arrived) alert.screenAt = now;
    this.anyArrived ||= arrived.length > 0;
    this.drawTheRest();
  }

  restDrawn() {
    this.countAlerts();
    if (this.anyArrived && this.selection.isPageOwn) this.chooseFirst();
    if (this.marksChanged) this.pane.annotate(false);
    this.anyArrived = false;
    this.marksChanged = false;
  }

  countAlerts() {
    const counts = this.alerts.countBySymbol();
    const changed = [];
    for (const { symbol } of this.universe) {
      const row = this.quoteBook.row(symbol);
      if (row.alerts === counts.get(symbol)) continue;
      row.alerts = counts.get(symbol);
      changed.push(symbol);
    }
    this.table.changed(changed);
  }

  quotes(message) {
    const columns = message.symbols ? message : payloadOf(message);
    this.feedTime.stamp(message.timestamp);
    const touched = this.quoteBook.apply(columns);
    this.table.changed(touched);
    this.status.states(this.quoteBook.states());
    if (touched.includes(this.selection.chosenSymbol)) this.pane.quoted();
  }

  bars_closed(message) {
    const bars = message.symbols ? message : payloadOf(message);
    const time = seconds(bars.bar_time);
    this.feedTime.closed(time);
    this.pane.closed(bars, time);
    if (bars.timeframe === MINUTE) this.table.moved(this.trends.close(bars, time));
  }

  streaming_health(message) {
    const health = message.data_flow ? message : payloadOf(message);
    this.status.health(health);
    this.list.heldBack(health.held_back);
  }

  streaming_session(message) {
    const session = payloadOf(message);
    const kind = message.event ?? message.type ?? session.type ?? "";
    this.status.open(!kind.includes("stop"));
    this.messages.note([words(kind), session.symbol_universe_key].filter(Boolean).join(" · "));
  }

  streaming_indicator(message) {
    const { calculation } = message.calculation ? message : payloadOf(message);
    if (!calculation) return;
    const { symbol, timeframe, values } = calculation;
    this.quoteBook.measured(symbol, timeframe, values ?? {});
    this.table.changed([symbol]);
  }

  indicator_alert(message) {
    this.messages.note((message.message ? message : payloadOf(message)).message);
  }

  critical_alert(message) {
    this.messages.critical(message.message ? message : payloadOf(message));
  }

  system_health(message) {
    const { status } = message.status ? message : payloadOf(message);
    if (status === this.systemStatus) return;
    const first = this.systemStatus === undefined;
    this.systemStatus = status;
    if (!first || status !== "healthy") this.messages.note(`system ${status}`, status === "healthy" ? "plain" : "warn");
  }

  feed_state(message) {
    this.status.feedState(message);
    const text = `producer ${message.producer}, Redis ${message.redis}`;
    if (text !== this.feedText) this.messages.note(text, /dead|down/.test(text) ? "warn" : "plain");
    this.feedText = text;
  }

  connection(state, facts) {
    this.status.connection(state, facts);
    const isChange = state !== this.connectionState;
    this.connectionState = state;
    if (state === "lost" && isChange) {
      this.messages.note(`connection lost: ${facts.reason}`, "warn");
      this.announcer.say("Connection lost.");
    }
    if (facts.again) this.back(facts);
  }

  back(missed) {
    const text = `connection ${missed.caughtUp ? "back, " : ""}${caughtUpText(missed)}`;
    this.messages.note(text);
    this.announcer.say(text);
    this.refresh().catch((error) => this.messages.note(`could not refresh: ${error.message}`, "warn"));
  }

  /**
   * Fetch what is no event and so cannot be resumed: quotes, market state, bars. Behind the same
   * address there may be another market by now, or other symbols: then the page begins anew.
   */
  async refresh() {
    const bootstrap = await getJson("/api/bootstrap");
    if (subjectOf(bootstrap) !== this.subject) {
      location.reload();
      return;
    }
    this.status.open(bootstrap.market.open);
    this.takeState(bootstrap);
    await Promise.all([this.pane.load(), this.loadTrends()]);
  }

  async loadTrends() {
    for (let from = 0; from < this.universe.length; from += CLOSES_AT_ONCE) {
      const part = this.universe.slice(from, from + CLOSES_AT_ONCE);
      const symbols = encodeURIComponent(part.map(({ symbol }) => symbol).join(","));
      const { closes } = await getJson(`/api/closes?minutes=60&symbols=${symbols}`);
      this.trends.load(closes);
      this.table.moved(Object.keys(closes));
    }
  }
}
