import { seconds } from "./clock.js";

const HOPS = [
  ["PATTERN_PUBLISHED", "stored"],
  ["EVENT_RECEIVED", "redis"],
  ["EVENT_PARSED", "parsed"],
  ["WEBSOCKET_DELIVERED", "sent"],
];

/** Tell whether a checkpoint is of the event that told of an alert, or says of which it is not. */
function isOf(told, { life, revision } = {}) {
  return life === undefined || told === undefined || (life === told.life && revision === told.revision);
}

function timesOf(flow, told) {
  const times = new Map();
  for (const row of flow.checkpoints ?? []) {
    if (!isOf(told, row.details)) continue;
    const at = seconds(row.at ?? row.timestamp);
    if (at !== undefined && !times.has(row.checkpoint)) times.set(row.checkpoint, at);
  }
  return times;
}

/**
 * Split the way of an alert into hops: {hops: [{name, ms}], total}. `receivedAt` is when the frame
 * arrived that passed the watermark, `screenAt` when this page drew it (both unix seconds, or
 * undefined for an alert that came with the page's history). Of all events of the flow the one
 * counts that told of the alert, `told`.
 */
export function hopsOf(flow, { receivedAt, screenAt, told }) {
  const times = timesOf(flow, told);
  const stations = [["tick", receivedAt], ...HOPS.map(([point, name]) => [name, times.get(point)]), ["screen", screenAt]];
  const known = stations.filter(([, at]) => at !== undefined);
  const hops = known.slice(1).map(([name, at], place) => ({ name, ms: (at - known[place][1]) * 1000 }));
  const total = known.length > 1 && receivedAt !== undefined ? (known.at(-1)[1] - receivedAt) * 1000 : undefined;
  return { hops, total, endsOnScreen: known.at(-1)?.[0] === "screen" };
}
