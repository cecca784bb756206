import assert from "node:assert/strict";
import { test } from "node:test";
import { readAlert } from "../src/alert.js";
import { Bars } from "../src/bars.js";
import { levelsOf, outlineOf, rangeWith } from "../src/chartmarks.js";

const CANDLES = { minValue: 100, maxValue: 101 };
const COLORS = { attention: "amber", muted: "grey", up: "green", down: "red", background: "black" };

function alertOf(geometry, life = "confirmed") {
  return readAlert({ symbol: "NVDA", levels: { entry: 10, stop: 9, target: 12 }, geometry }, life);
}

function barsUntil(newest) {
  const bars = new Bars(60);
  for (let time = 60; time <= newest; time += 60) bars.close({ time, close: 10, revision: 0 });
  return bars;
}

test("the price an alert is about is named at the axis, its trade is drawn across", () => {
  const lines = levelsOf(alertOf({ level: 9.5 }), COLORS);
  assert.deepEqual(lines.map(({ title, price }) => [title, price]), [["level", 9.5], ["entry", 10], ["stop", 9], ["target", 12]]);
  assert.deepEqual(lines.map(({ lineVisible }) => lineVisible), [false, true, true, true]);
  assert.deepEqual(levelsOf(alertOf({}), COLORS).map(({ title }) => title), ["entry", "stop", "target"]);
});

test("what was taken back, or is no signal, has no levels", () => {
  assert.deepEqual(levelsOf(alertOf({ level: 9.5 }, "retracted"), COLORS), []);
  assert.deepEqual(levelsOf(readAlert({ symbol: "NVDA", tier: "test", levels: { entry: 10 } }), COLORS), []);
  assert.deepEqual(levelsOf(undefined, COLORS), []);
});

test("the line of a level goes from the pattern's first bar to the newest one", () => {
  const line = (from, newest) => outlineOf(alertOf({ level: 9.5, from }), barsUntil(newest)).map(({ time }) => time);
  assert.deepEqual(line(120, 600), [120, 600]);
  assert.deepEqual(line(600, 600), [540, 600]);
  assert.deepEqual(line(60, 60), []);
  assert.deepEqual(line(undefined, 600), []);
});

test("levels beside the candles are in view", () => {
  assert.deepEqual(rangeWith(CANDLES, [100.5, 99.5, 101.9]), { minValue: 99.5, maxValue: 101.9 });
  assert.deepEqual(rangeWith(CANDLES, []), CANDLES);
  assert.deepEqual(rangeWith(CANDLES, [103]), { minValue: 100, maxValue: 103 });
});

test("candles keep a third of the height, and the nearer level goes first", () => {
  assert.deepEqual(rangeWith(CANDLES, [104, 99]), { minValue: 99, maxValue: 101 });
  assert.deepEqual(rangeWith(CANDLES, [98.5, 102.5]), { minValue: 98.5, maxValue: 101 });
  assert.deepEqual(rangeWith(CANDLES, [99.1, 103.2]), { minValue: 99.1, maxValue: 101 });
});
