import assert from "node:assert/strict";
import { test } from "node:test";
import { Bars, barOf } from "../src/bars.js";

function bar(time, close = 10, revision = 0) {
  return { time, open: 10, high: Math.max(10, close), low: Math.min(10, close), close, volume: 100, revision };
}

function columns(bars) {
  const names = ["time", "open", "high", "low", "close", "volume", "revision"];
  return Object.fromEntries(names.map((name) => [name, bars.map((one) => one[name])]));
}

test("closed bars line up after the history", () => {
  const bars = new Bars();
  bars.load(columns([bar(60), bar(120)]));
  assert.equal(bars.close(bar(180)), "appended");
  assert.deepEqual(bars.closed.map(({ time }) => time), [60, 120, 180]);
});

test("a revised bar replaces the one of its minute", () => {
  const bars = new Bars();
  bars.load(columns([bar(60), bar(120)]));
  assert.equal(bars.close(bar(60, 11, 1)), "revised");
  assert.equal(bars.at(60).close, 11);
  assert.equal(bars.closed.length, 2);
});

test("an older revision never replaces a newer one", () => {
  const bars = new Bars();
  bars.close(bar(60, 11, 2));
  assert.equal(bars.close(bar(60, 10, 1)), "ignored");
  assert.equal(bars.at(60).close, 11);
});

test("a bar that closed while the history was loading survives it", () => {
  const bars = new Bars();
  bars.close(bar(180, 12));
  bars.close(bar(120, 13, 1));
  bars.load(columns([bar(60), bar(120)]));
  assert.deepEqual(bars.closed.map(({ time, close }) => [time, close]), [[60, 10], [120, 13], [180, 12]]);
});

test("a late bar is put into its place", () => {
  const bars = new Bars();
  bars.load(columns([bar(60), bar(180)]));
  assert.equal(bars.close(bar(120)), "inserted");
  assert.deepEqual(bars.closed.map(({ time }) => time), [60, 120, 180]);
});

test("quotes build the developing bar", () => {
  const bars = new Bars();
  bars.load(columns([bar(60)]));
  bars.tick(120, 10, 1000);
  bars.tick(120, 12, 1040);
  const forming = bars.tick(120, 9, 1100);
  assert.deepEqual(
    [forming.open, forming.high, forming.low, forming.close, forming.volume],
    [10, 12, 9, 9, 100],
  );
  assert.equal(bars.everything().at(-1), forming);
});

test("the closed bar takes the place of the developing one", () => {
  const bars = new Bars();
  bars.tick(120, 10, 1000);
  bars.close(bar(120, 11));
  assert.equal(bars.forming, undefined);
  assert.deepEqual(bars.everything().map(({ close }) => close), [11]);
});

test("a quote of a closed minute develops nothing", () => {
  const bars = new Bars();
  bars.close(bar(120));
  assert.equal(bars.tick(120, 10, 1000), undefined);
});

test("the bar at a time without one is the last before it", () => {
  const bars = new Bars();
  bars.load(columns([bar(60), bar(180)]));
  assert.equal(bars.at(179).time, 60);
  assert.equal(bars.at(59), undefined);
});

test("one symbol's bar is taken from the columns of a close", () => {
  const message = { symbols: ["AMD", "NVDA"], open: [1, 2], high: [3, 4], low: [0, 1], close: [2, 3], volume: [5, 6], revision: [0, 1] };
  assert.deepEqual(barOf(message, "NVDA", 60), { time: 60, open: 2, high: 4, low: 1, close: 3, volume: 6, revision: 1 });
  assert.equal(barOf(message, "AAPL", 60), undefined);
});
