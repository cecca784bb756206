import assert from "node:assert/strict";
import { test } from "node:test";
import { readAlert } from "../src/alert.js";
import { AlertBook } from "../src/alertbook.js";
import { Cursor, isAfter } from "../src/cursor.js";
import { matchers } from "../src/matching.js";
import { hopsOf } from "../src/flow.js";
import { QuoteBook } from "../src/quotebook.js";

function quotes() {
  const book = new QuoteBook();
  book.apply({
    symbols: ["AMD", "NVDA", "SPY"], price: [10, 20, 30], change_percent: [1, -2, 0.001],
    volume: [100, 300, 0], state: ["live", "live", "quiet"],
  });
  return book;
}

test("only what changed is touched", () => {
  const book = quotes();
  assert.deepEqual(book.apply({ symbols: ["AMD"], price: [11] }), ["AMD"]);
  assert.deepEqual([book.row("AMD").price, book.row("AMD").change_percent], [11, 1]);
});

test("a row shows what was measured at the last minute, not at a longer bar that ended with it", () => {
  const book = quotes();
  book.measured("AMD", "1min", { rsi_14: 61, relative_volume: 1.5 });
  for (const timeframe of ["1hour", "daily"]) book.measured("AMD", timeframe, { rsi: 35, relative_volume: 0.4 });
  assert.deepEqual([book.row("AMD").rsi, book.row("AMD").ratio], [61, 1.5]);
  book.measured("AMD", "1min", { rsi: 62 });
  assert.deepEqual([book.row("AMD").rsi, book.row("AMD").ratio], [62, 1.5]);
});

test("the market is summed up from its quotes", () => {
  const { up, down, flat, upVolumeShare } = quotes().breadth();
  assert.deepEqual([up, down, flat, upVolumeShare], [1, 1, 1, 0.25]);
  const { best, worst } = quotes().extremes();
  assert.deepEqual([best.symbol, worst.symbol], ["AMD", "NVDA"]);
});

test("a market without quotes has no breadth", () => {
  const { up, mean, upVolumeShare } = new QuoteBook().breadth();
  assert.deepEqual([up, mean, upVolumeShare], [0, undefined, undefined]);
});

test("symbols are counted by state", () => {
  assert.deepEqual([...quotes().states()], [["live", 2], ["quiet", 1]]);
});

test("ids of the stream are compared as numbers, not as text", () => {
  assert.equal(isAfter("1000-10", "1000-9"), true);
  assert.equal(isAfter("999-0", "1000-0"), false);
  assert.equal(isAfter("1000-0", ""), true);
});

test("the cursor never goes back", () => {
  const cursor = new Cursor("1000-5");
  for (const seq of ["1000-7", "1000-6", undefined]) cursor.see(seq);
  assert.equal(cursor.seq, "1000-7");
});

test("a search finds symbols and the words of patterns, without case, spaces or lines below", () => {
  const { alert } = matchers({ text: "volume sp" });
  assert.equal(alert({ symbol: "NVDA", pattern: "Volume_Spike" }), true);
  assert.equal(alert({ symbol: "NVDA", pattern: "Support_Test" }), false);
  assert.equal(matchers({ text: "spike" }).alert({ symbol: "NVDA", pattern: "Volume_Spike" }), true);
  assert.equal(matchers({ text: "nv" }).symbol({ symbol: "NVDA" }), true);
  assert.equal(matchers({ text: "corp" }).symbol({ symbol: "NVDA", name: "NVIDIA Corporation" }), true);
  assert.equal(matchers({ text: "  " }).alert, undefined);
});

test("the way of an alert is split into hops that add up", () => {
  const checkpoints = [
    { checkpoint: "EVENT_RECEIVED", at: 100.01 }, { checkpoint: "PATTERN_PUBLISHED", at: 100.006 },
    { checkpoint: "WEBSOCKET_DELIVERED", at: 100.012 },
  ];
  const { hops, total } = hopsOf({ checkpoints }, { receivedAt: 100, screenAt: 100.02 });
  assert.deepEqual(hops.map(({ name }) => name), ["stored", "redis", "sent", "screen"]);
  assert.ok(Math.abs(hops.reduce((sum, { ms }) => sum + ms, 0) - total) < 1e-6);
  assert.ok(Math.abs(total - 20) < 0.01);
});

test("an alert that was forming before is followed from its own tick, not from when it formed", () => {
  const step = (checkpoint, at, life, revision) => ({ checkpoint, at, details: { life, revision } });
  const checkpoints = [
    step("PATTERN_PUBLISHED", 100.006, "forming", 0), step("WEBSOCKET_DELIVERED", 100.012, "forming", 0),
    step("PATTERN_PUBLISHED", 700.007, "confirmed", 1), step("WEBSOCKET_DELIVERED", 700.013, "confirmed", 1),
  ];
  const event = { flow_id: "f", symbol: "NVDA", timestamp: 700.004, received_at: 700, revision: 1, life: "confirmed" };
  const { hops } = hopsOf({ checkpoints }, { ...readAlert(event), screenAt: 700.02 });
  assert.deepEqual(hops.map(({ name, ms }) => [name, Math.round(ms)]), [["stored", 7], ["sent", 6], ["screen", 7]]);
});

test("an update of an alert leaves its way to the screen alone", () => {
  const book = new AlertBook();
  const event = { flow_id: "f", symbol: "NVDA", timestamp: 100.004, received_at: 100, revision: 0, life: "confirmed" };
  const { alert } = book.receive({ event });
  book.receive({ event: { ...event, timestamp: 160, received_at: 160, revision: 1, life: "failed" } });
  const checkpoints = [{ checkpoint: "PATTERN_PUBLISHED", at: 100.006, details: { life: "confirmed", revision: 0 } }];
  assert.deepEqual(hopsOf({ checkpoints }, alert).hops.map(({ name }) => name), ["stored"]);
});

test("a flow that recorded nothing has no total", () => {
  assert.deepEqual(hopsOf({}, {}), { hops: [], total: undefined, endsOnScreen: false });
});

test("direction and least confidence narrow the alerts and leave the symbols alone", () => {
  const { alert, symbol } = matchers({ direction: "bullish", confidence: 0.8 });
  const found = { symbol: "NVDA", pattern: "Doji", direction: "bullish", confidence: 0.796 };
  assert.equal(alert(found), true, "it is shown as 0.80");
  assert.equal(alert({ ...found, confidence: 0.79 }), false);
  assert.equal(alert({ ...found, direction: "bearish" }), false);
  assert.equal(symbol, undefined);
  assert.equal(matchers({ text: "amd", direction: "bullish" }).alert(found), false);
});
