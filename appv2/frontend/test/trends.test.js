import assert from "node:assert/strict";
import { test } from "node:test";
import { Trends } from "../src/trends.js";

test("a line spans its box from the oldest close to the newest", () => {
  const trends = new Trends();
  trends.load({ NVDA: [[60, 10], [120, 20], [180, 15]] });
  assert.deepEqual(trends.line("NVDA", 60, 16), { points: "0.0,16.0 30.0,0.0 60.0,8.0", way: 1 });
});

test("a flat line runs through the middle", () => {
  const trends = new Trends();
  trends.load({ NVDA: [[60, 10], [120, 10]] });
  assert.deepEqual(trends.line("NVDA", 60, 16), { points: "0.0,8.0 60.0,8.0", way: 0 });
});

test("one close makes no line", () => {
  const trends = new Trends();
  trends.load({ NVDA: [[60, 10]] });
  assert.equal(trends.line("NVDA", 60, 16).points, "");
  assert.equal(trends.line("AMD", 60, 16).points, "");
});

test("a close moves the line on and a revision corrects it", () => {
  const trends = new Trends(2);
  trends.load({ NVDA: [[60, 10], [120, 11]] });
  trends.close({ symbols: ["NVDA"], close: [12] }, 180);
  trends.close({ symbols: ["NVDA"], close: [9] }, 120);
  assert.deepEqual(trends.closes.get("NVDA"), [[120, 9], [180, 12]]);
});

test("closes that arrive while the stored ones load are kept", () => {
  const trends = new Trends();
  trends.close({ symbols: ["NVDA"], close: [12] }, 180);
  trends.load({ NVDA: [[60, 10], [120, 11]] });
  assert.deepEqual(trends.closes.get("NVDA"), [[60, 10], [120, 11], [180, 12]]);
});
