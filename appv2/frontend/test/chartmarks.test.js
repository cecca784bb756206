import assert from "node:assert/strict";
import { test } from "node:test";
import { rangeWith } from "../src/chartmarks.js";

const CANDLES = { minValue: 100, maxValue: 101 };

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
