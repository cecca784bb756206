import assert from "node:assert/strict";
import { test } from "node:test";
import { age, caughtUpText, change, decimal, latency, price, shares, timeframe, times, way, words } from "../src/format.js";

test("a negative number carries a true minus sign", () => {
  assert.equal(decimal(-1234.5), "−1,234.50");
});

test("a number that rounds to zero carries no sign", () => {
  assert.equal(decimal(-0.001), "0.00");
});

test("what is unknown is a dash", () => {
  for (const write of [decimal, price, change, shares, times, age, latency]) {
    assert.equal(write(undefined), "–");
    assert.equal(write(Number.NaN), "–");
  }
});

test("prices below one dollar show four decimals", () => {
  assert.equal(price(0.12345), "0.1235");
  assert.equal(price(189.6), "189.60");
});

test("a change is told by an arrow and never by colour alone", () => {
  assert.equal(change(2.314), "▲ 2.31%");
  assert.equal(change(-0.5), "▼ 0.50%");
  assert.equal(change(0.004), "· 0.00%");
});

test("the way of a change is that of the rounded figure", () => {
  assert.deepEqual([0.004, 0.006, -0.006, undefined].map(way).map((value) => value + 0), [0, 1, -1, 0]);
});

test("shares fit five characters at every size", () => {
  assert.deepEqual([0, 999, 999600, 12_400_000, 842_000, 3_000_000_000].map(shares), ["0", "999", "1.0M", "12.4M", "842K", "3.0B"]);
});

test("ages grow from now to days", () => {
  assert.deepEqual([0, 8, 61, 7300, 200000].map(age), ["now", "8 s", "1 min", "2 h", "2 d"]);
});

test("latencies keep a decimal only where it says something", () => {
  assert.deepEqual([1.24, 42.4, 12345].map(latency), ["1.2 ms", "42 ms", "12.3 s"]);
});

test("names of the contract become words", () => {
  assert.equal(words("Head_And_Shoulders"), "Head And Shoulders");
  assert.equal(timeframe("1min"), "1 min");
});

test("a page that came back says what it missed, or that nobody can say yet", () => {
  assert.equal(caughtUpText({ caughtUp: 0, from: "stream" }), "back, nothing missed");
  assert.equal(caughtUpText({ caughtUp: 1, from: "stream" }), "caught up 1 alert");
  assert.equal(caughtUpText({ caughtUp: 2, from: "database" }), "caught up 2 alerts from the database");
  assert.equal(caughtUpText({ caughtUp: 0, from: "stream", waits: true }), "back, what was missed follows");
});
