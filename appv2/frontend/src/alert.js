import { seconds } from "./clock.js";

const NOT_FOR_TRADING = new Set(["test", "synthetic"]);

const ENDINGS = new Set(["target_reached", "failed", "expired"]);

/** Tell whether this state of life is an end that a signal came to by itself. */
export function hasEnded(life) {
  return ENDINGS.has(life);
}

function number(value) {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

function identity(event) {
  return event.flow_id ?? [event.symbol, event.pattern, event.bar_time ?? event.timestamp].join("|");
}

function isForTrading(event) {
  return !NOT_FOR_TRADING.has(event.tier) && !NOT_FOR_TRADING.has(event.source);
}

/** Read how a signal ended; after an update of its numbers alone it stays as it was. */
function readEnding(after, held) {
  const exit = number(after?.exit_price);
  return exit === undefined ? held : { price: exit, bars: number(after.bars) };
}

function changing(event, life) {
  return {
    life,
    revision: number(event.revision) ?? 0,
    confidence: number(event.confidence) ?? 0,
    price: number(event.current_price),
    change: number(event.price_change),
    volume: number(event.volume),
    reason: event.reason ?? "",
    levels: event.levels ?? {},
    geometry: event.geometry ?? {},
    indicators: event.indicators ?? {},
    quality: event.quality ?? "live",
    degraded: event.degraded === true,
    before: event.before,
    after: event.after,
    ending: readEnding(event.after),
  };
}

/** Read the data of a pattern event into the page's own alert. */
export function readAlert(event, life = event.life ?? "confirmed") {
  const at = seconds(event.timestamp) ?? seconds(event.received_at);
  return {
    flowId: identity(event),
    symbol: event.symbol,
    pattern: event.pattern ?? event.pattern_name ?? "",
    direction: event.direction ?? "neutral",
    tier: event.tier ?? "",
    timeframe: event.timeframe ?? "",
    barTime: seconds(event.bar_time) ?? at,
    at,
    receivedAt: seconds(event.received_at),
    told: { life, revision: number(event.revision) ?? 0 },
    forTrading: isForTrading(event),
    latency: event.latency_ms ?? {},
    nullRate: number(event.null_rate),
    ...changing(event, life),
  };
}

/** Let a later event of the same flow change what may change, and keep what may not. */
export function reviseAlert(alert, event, life) {
  const { ending } = alert;
  const indicators = { ...alert.indicators, ...event.indicators };
  Object.assign(alert, changing({ ...unchanged(alert), ...event, indicators }, life));
  alert.ending = hasEnded(life) ? readEnding(event.after, ending) : undefined;
}

function unchanged(alert) {
  return {
    confidence: alert.confidence,
    current_price: alert.price,
    price_change: alert.change,
    volume: alert.volume,
    reason: alert.reason,
    levels: alert.levels,
    geometry: alert.geometry,
    indicators: alert.indicators,
    quality: alert.quality,
  };
}
