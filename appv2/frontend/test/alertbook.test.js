import assert from "node:assert/strict";
import { test } from "node:test";
import { AlertBook, oldestFirst } from "../src/alertbook.js";

function event(flow, fields = {}) {
  return {
    symbol: "NVDA", pattern: "Volume_Spike", confidence: 0.8, flow_id: flow, tier: "intraday", source: "intraday",
    timeframe: "1min", direction: "bullish", current_price: 189.62, price_change: 0.4, volume: 1000,
    timestamp: 1000, bar_time: 900, revision: 0, life: "confirmed", reason: "6.1× the usual volume", ...fields,
  };
}

function detected(flow, fields) {
  return { type: "pattern_detected", seq: "1-0", event: event(flow, fields) };
}

function retracted(flow, fields) {
  const change = { life: "retracted", revision: 1, reason: "the bar was revised", ...fields };
  return { type: "pattern_retracted", seq: "2-0", event: event(flow, change) };
}

function shown(book) {
  return Array.from({ length: book.shown.length }, (_, place) => book.shown.at(place).flowId);
}

test("the newest alert comes first", () => {
  const book = new AlertBook();
  for (const flow of ["a", "b", "c"]) book.receive(detected(flow));
  assert.deepEqual(shown(book), ["c", "b", "a"]);
});

test("the same flow, life and revision counts once", () => {
  const book = new AlertBook();
  assert.equal(book.receive(detected("a")).kind, "added");
  assert.equal(book.receive(detected("a")).kind, "ignored");
  assert.equal(book.all.length, 1);
});

test("a retraction changes the alert in its place", () => {
  const book = new AlertBook();
  book.receive(detected("a"));
  book.receive(detected("b"));
  assert.equal(book.receive(retracted("a")).kind, "revised");
  assert.equal(book.byFlow("a").life, "retracted");
  assert.equal(book.byFlow("a").reason, "the bar was revised");
  assert.deepEqual(shown(book), ["b", "a"]);
});

test("of alerts of one moment those listed last come first, as they happened", () => {
  const newestFirst = [
    event("a", { life: "failed", revision: 0, timestamp: 20 }),
    event("a", { timestamp: 20 }),
    { event: event("b", { timestamp: 10 }), seq: "1-0" },
    event("c", { timestamp: 15 }),
  ];
  const book = new AlertBook();
  for (const message of oldestFirst(newestFirst)) book.receive(message);
  assert.deepEqual(shown(book), ["a", "c", "b"]);
  assert.equal(book.byFlow("a").life, "failed");
});

test("an older revision that arrives late changes nothing", () => {
  const book = new AlertBook();
  book.receive(detected("a"));
  book.receive(retracted("a", { revision: 2 }));
  assert.equal(book.receive(detected("a", { revision: 1 })).kind, "ignored");
  assert.equal(book.byFlow("a").life, "retracted");
});

test("an alert that was taken back can be confirmed again by a later revision", () => {
  const book = new AlertBook();
  book.receive(detected("a"));
  book.receive(retracted("a"));
  book.receive({ type: "pattern_updated", event: event("a", { revision: 2, confidence: 0.9 }) });
  assert.equal(book.byFlow("a").life, "confirmed");
  assert.equal(book.byFlow("a").confidence, 0.9);
});

test("an update whose alert was never seen is listed as what it is", () => {
  const book = new AlertBook();
  assert.equal(book.receive(retracted("a")).kind, "added");
  assert.equal(book.byFlow("a").life, "retracted");
});

function ended(flow, life, fields = {}) {
  const after = { life, exit_price: 191.06, bars: 7 };
  const change = { life, revision: 1, bar_time: 1320, before: { life: "confirmed" }, after, ...fields };
  return { type: `pattern_${life}`, seq: "3-0", event: event(flow, change) };
}

test("an end changes the alert in its place and keeps when it was found", () => {
  const book = new AlertBook();
  book.receive(detected("a", { indicators: { rsi: 61 } }));
  assert.equal(book.receive(ended("a", "target_reached", { indicators: { relative_volume: 2 } })).kind, "revised");
  const alert = book.byFlow("a");
  assert.deepEqual([alert.life, alert.barTime, alert.price], ["target_reached", 900, 189.62]);
  assert.deepEqual(alert.ending, { price: 191.06, bars: 7 });
  assert.deepEqual(alert.indicators, { rsi: 61, relative_volume: 2 });
});

test("an end that a revised bar took back is forgotten", () => {
  const book = new AlertBook();
  book.receive(detected("a"));
  book.receive(ended("a", "failed"));
  const back = { revision: 2, before: { life: "failed" }, after: { life: "confirmed" } };
  book.receive({ type: "pattern_updated", event: event("a", back) });
  assert.deepEqual([book.byFlow("a").life, book.byFlow("a").ending], ["confirmed", undefined]);
});

test("the end of an alert that is not listed is no row", () => {
  const book = new AlertBook();
  for (const life of ["target_reached", "failed", "expired"]) {
    assert.equal(book.receive(ended("a", life)).kind, "ignored");
  }
  assert.equal(book.all.length, 0);
});

test("a pattern that was forming comes first again when it is confirmed", () => {
  const book = new AlertBook();
  book.receive({ type: "pattern_forming", event: event("a", { life: "forming" }) });
  book.receive(detected("b"));
  const forming = book.byFlow("a");
  assert.equal(forming.life, "forming");
  assert.equal(book.receive(detected("a")).kind, "added");
  assert.equal(book.byFlow("a"), forming, "whoever chose it keeps it");
  assert.deepEqual([shown(book), book.all.length, book.byFlow("a").life], [["a", "b"], 2, "confirmed"]);
  assert.equal(book.receive({ type: "pattern_forming", event: event("a", { life: "forming" }) }).kind, "ignored");
});

test("the type tells the life when the event does not", () => {
  const book = new AlertBook();
  book.receive(detected("a"));
  const { life, ...lifeless } = event("a", { revision: 1 });
  book.receive({ type: "pattern_expired", event: lifeless });
  assert.equal(book.byFlow("a").life, "expired");
});

test("the list stays within its capacity and forgets the oldest", () => {
  const book = new AlertBook(3);
  for (const flow of ["a", "b", "c", "d", "e"]) book.receive(detected(flow));
  assert.deepEqual(shown(book), ["e", "d", "c"]);
  assert.equal(book.byFlow("a"), undefined);
  assert.equal(book.flows.size, 3);
});

test("a filter shows what matches, also of what arrives later", () => {
  const book = new AlertBook(4);
  book.receive(detected("a"));
  book.receive(detected("b", { symbol: "AMD" }));
  book.filter((alert) => alert.symbol === "AMD");
  book.receive(detected("c", { symbol: "AMD" }));
  book.receive(detected("d"));
  assert.deepEqual(shown(book), ["c", "b"]);
  book.receive(detected("e"));
  book.receive(detected("f"));
  assert.deepEqual(shown(book), ["c"]);
  book.filter();
  assert.deepEqual(shown(book), ["f", "e", "d", "c"]);
});

test("an alert is found at its place however many arrived after it", () => {
  const book = new AlertBook(1000);
  for (let flow = 0; flow < 3000; flow += 1) book.receive(detected(String(flow)));
  assert.equal(book.shown.placeOf(book.byFlow("2500").ordinal), 499);
  assert.equal(book.shown.placeOf(1), -1);
});

test("tests and synthetic events are no trade signal and are not counted", () => {
  const book = new AlertBook();
  book.receive(detected("a", { tier: "test" }));
  book.receive(detected("b", { source: "synthetic" }));
  book.receive(detected("c"));
  assert.equal(book.byFlow("a").forTrading, false);
  assert.equal(book.byFlow("b").forTrading, false);
  assert.equal(book.countBySymbol().get("NVDA"), 1);
});

test("what cannot be an alert is ignored", () => {
  const book = new AlertBook();
  for (const message of [undefined, {}, { event: {} }]) assert.equal(book.receive(message).kind, "ignored");
});

test("an event without flow_id is still one event", () => {
  const book = new AlertBook();
  book.receive(detected(undefined));
  assert.equal(book.receive(detected(undefined)).kind, "ignored");
});
