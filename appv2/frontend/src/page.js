import { AlertBook } from "./alertbook.js";
import { AlertList } from "./alertlist.js";
import { Announcer } from "./announcer.js";
import { Breadth } from "./breadth.js";
import { ChartPane } from "./chartpane.js";
import { Clock } from "./clock.js";
import { Columns } from "./columns.js";
import { Connection } from "./connection.js";
import { Detail } from "./detail.js";
import { bindDialogs, byId, write } from "./dom.js";
import { FeedTime } from "./feedtime.js";
import { bindFilter } from "./filter.js";
import { getJson } from "./http.js";
import { bindKeys } from "./keyboard.js";
import { Listener } from "./listener.js";
import { Messages } from "./messages.js";
import { Preferences } from "./preferences.js";
import { QuoteBook } from "./quotebook.js";
import { ScannerTable } from "./scannertable.js";
import { Selection } from "./selection.js";
import { StatusBar } from "./statusbar.js";
import { bindTheme } from "./theme.js";
import { Trends } from "./trends.js";

const KEPT_ALERTS = 1000;
const HISTORY_ALERTS = 300;

const NOTICES = {
  real: ["Market data by Massive", "The prices on this page are those of the US market, as delivered."],
  simulated: ["Invented prices: simulated market", "This is the simulated market: every price and every volume here is invented."],
  replay: ["Recorded prices: replay", "This is a replay of recorded trades: no price here is of today."],
};

function build(bootstrap) {
  const { market } = bootstrap;
  const clock = new Clock(market.timezone);
  const feedTime = new FeedTime(market.id);
  const parts = { clock, feedTime, quotes: new QuoteBook(), alerts: new AlertBook(KEPT_ALERTS), trends: new Trends(), messages: new Messages(clock) };
  const selection = new Selection(parts.alerts);
  parts.status = new StatusBar(market, clock, feedTime);
  parts.breadth = new Breadth(parts.quotes, parts.alerts);
  parts.announcer = new Announcer();
  parts.table = new ScannerTable(parts.quotes, parts.trends, (symbol) => selection.symbol(symbol));
  parts.list = new AlertList(parts.alerts, clock, (alert) => selection.alert(alert));
  parts.pane = new ChartPane({
    ...parts,
    feedTime: (lastBar) => feedTime.developing(lastBar, Date.now() / 1000),
    pick: (flowId) => selection.alert(parts.alerts.byFlow(flowId)),
  });
  parts.detail = new Detail(clock);
  selection.bind(parts);
  parts.selection = selection;
  return parts;
}

function notices(market, more) {
  const [short, long] = NOTICES[market.id] ?? NOTICES.real;
  write(byId("data-notice"), short);
  write(byId("notices-market"), long);
  byId("notices-more").replaceChildren(...(more ?? []).map((text) => {
    const line = document.createElement("li");
    line.textContent = text;
    return line;
  }));
}

function bindActions({ list, table, alerts, selection }, preferences) {
  const filter = bindFilter(preferences, (matches) => {
    alerts.filter(matches.alert);
    const alerting = alerts.symbolsShown();
    table.filter(matches.symbol && ((row) => matches.symbol(row) || alerting.has(row.symbol)));
    list.emptyText = matches.alert ? "No alert matches the filter." : "No alert yet. Alerts appear here as bars close.";
    list.draw();
  });
  const step = (by) => {
    const alert = list.neighbour(by);
    if (alert) selection.alert(alert);
  };
  list.onStep = step;
  bindKeys({
    next: () => step(1), previous: () => step(-1), newest: () => list.toNewest(),
    search: filter.focus, escape: filter.clear,
  });
}

async function start() {
  bindDialogs();
  bindTheme(byId("theme"));
  const preferences = new Preferences();
  const columns = new Columns(preferences);
  columns.restore();
  const bootstrap = await getJson("/api/bootstrap");
  // Only then: what comes between the two is in the list or after the place to resume from.
  const history = await getJson(`/api/alerts?limit=${HISTORY_ALERTS}`);
  preferences.adopt(bootstrap.preferences);
  columns.restore();
  const parts = build(bootstrap);
  write(byId("user"), bootstrap.user?.name ?? bootstrap.user ?? "");
  notices(bootstrap.market, bootstrap.notices);
  bindActions(parts, preferences);
  const listener = new Listener(parts, bootstrap);
  listener.fill(bootstrap, history);
  if (bootstrap.market.id in NOTICES && bootstrap.market.id !== "real") {
    parts.pane.chart.watermark(bootstrap.market.id.toUpperCase());
  }
  new Connection(bootstrap.seq, listener).open();
}

start().catch((error) => {
  write(byId("connection-text"), `The page could not start: ${error.message}. Reload to try again.`);
  throw error;
});
