import assert from "node:assert/strict";
import { test } from "node:test";
import { Clock, seconds, zoneName } from "../src/clock.js";
import { FeedTime } from "../src/feedtime.js";

const NOON = Date.UTC(2026, 10, 25, 18, 0, 0) / 1000;

test("both envelope families give the same time", () => {
  assert.equal(seconds("2026-11-25T18:00:00.000000Z"), NOON);
  assert.equal(seconds(NOON), NOON);
  assert.equal(seconds(NOON * 1000), NOON);
  assert.equal(seconds(String(NOON)), NOON);
});

test("what is no time is undefined", () => {
  for (const value of ["soon", undefined, null, Number.NaN]) assert.equal(seconds(value), undefined);
});

test("times are written in the zone of the exchange", () => {
  assert.equal(new Clock("America/New_York").time(NOON), "13:00:00");
  assert.equal(new Clock("UTC").minute(NOON), "18:00");
  assert.equal(zoneName("America/New_York"), "New York");
});

test("midnight is 00, not 24", () => {
  assert.equal(new Clock("UTC").time(Date.UTC(2026, 10, 25) / 1000), "00:00:00");
});

test("the developing minute follows the server's stamp, not this computer's clock", () => {
  const feed = new FeedTime("real");
  feed.stamp(NOON + 61);
  assert.equal(feed.developing(undefined, NOON + 999), NOON + 60);
});

test("a minute that closed is never developing again", () => {
  const feed = new FeedTime("real");
  feed.closed(NOON);
  feed.stamp(NOON + 59.9);
  assert.equal(feed.developing(NOON, NOON), NOON + 60);
});

test("a replay runs on recorded time", () => {
  const feed = new FeedTime("replay");
  assert.equal(feed.clock(NOON), undefined);
  assert.equal(feed.developing(600, NOON), 660);
  feed.closed(1200);
  assert.equal(feed.clock(NOON), 1260);
  assert.equal(feed.developing(600, NOON), 1260);
});
