import { seconds } from "./clock.js";

const HOPS = [
  ["PATTERN_PUBLISHED", "stored"],
  ["EVENT_RECEIVED", "redis"],
  ["EVENT_PARSED", "parsed"],
  ["WEBSOCKET_DELIVERED", "sent"],
];

function timesOf(flow) {
  const times = new Map();
  for (const row of flow.checkpoints ?? []) {
    const at = seconds(row.at ?? row.timestamp);
    if (at !== undefined && !times.has(row.checkpoint)) times.set(row.checkpoint, at);
  }
  return times;
}

/**
 * Split the way of an alert into hops: {hops: [{name, ms}], total}. `receivedAt` is when the frame
 * arrived that passed the watermark, `screenAt` when this page drew it (both unix seconds, or
 * undefined for an alert that came with the page's history).
 */
export function hopsOf(flow, receivedAt, screenAt) {
  const times = timesOf(flow);
  const stations = [["tick", receivedAt], ...HOPS.map(([point, name]) => [name, times.get(point)]), ["screen", screenAt]];
  const known = stations.filter(([, at]) => at !== undefined);
  const hops = known.slice(1).map(([name, at], place) => ({ name, ms: (at - known[place][1]) * 1000 }));
  const total = known.length > 1 && receivedAt !== undefined ? (known.at(-1)[1] - receivedAt) * 1000 : undefined;
  return { hops, total, endsOnScreen: known.at(-1)?.[0] === "screen" };
}
