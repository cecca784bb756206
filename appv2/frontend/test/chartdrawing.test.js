import assert from "node:assert/strict";
import { test } from "node:test";
import { Bars } from "../src/bars.js";
import { drawingOf } from "../src/chartdrawing.js";

const NOTHING = { points: [], lines: [] };

function loaded() {
  const time = [60, 120, 180, 240];
  const flat = time.map(() => 10);
  const bars = new Bars();
  bars.load({ time, open: flat, high: flat, low: flat, close: flat, volume: flat, revision: flat });
  return bars;
}

function alert(points, lines = [], forTrading = true) {
  return { forTrading, geometry: { points, lines } };
}

const PIVOTS = [{ time: 60, price: 9 }, { time: 180, price: 9.1 }];

test("pivots and lines are drawn where they are", () => {
  const neckline = [{ time: 120, price: 11 }, { time: 240, price: 11 }];
  assert.deepEqual(drawingOf(alert(PIVOTS, [neckline]), loaded()), { points: PIVOTS, lines: [neckline] });
});

test("an alert without a drawing, or of no trade, draws nothing", () => {
  for (const one of [undefined, { forTrading: true, geometry: {} }, alert(PIVOTS, [], false)]) {
    assert.deepEqual(drawingOf(one, loaded()), NOTHING);
  }
});

test("a pattern that began before the oldest bar is not drawn in part", () => {
  assert.deepEqual(drawingOf(alert([{ time: 0, price: 9 }, ...PIVOTS]), loaded()), NOTHING);
  const line = [{ time: 0, price: 11 }, { time: 240, price: 11 }];
  assert.deepEqual(drawingOf(alert(PIVOTS, [line]), loaded()), NOTHING);
});

test("a price that is no number draws nothing", () => {
  assert.deepEqual(drawingOf(alert([{ time: 60, price: null }, ...PIVOTS]), loaded()), NOTHING);
});
