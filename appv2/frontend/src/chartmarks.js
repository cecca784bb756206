import { words } from "./format.js";

const TIMES_CANDLES = 3;
const SHAPES = { bullish: "arrowUp", bearish: "arrowDown", neutral: "circle" };

function colorOf(alert, isChosen, colors) {
  if (isChosen) return colors.attention;
  if (!alert.forTrading || alert.life === "retracted") return colors.muted;
  return { bullish: colors.up, bearish: colors.down }[alert.direction] ?? colors.muted;
}

function markerOf(alert, time, isChosen, colors) {
  const retracted = alert.life === "retracted" ? " (retracted)" : "";
  return {
    time,
    id: alert.flowId,
    position: alert.direction === "bearish" ? "aboveBar" : "belowBar",
    shape: isChosen ? (SHAPES[alert.direction] ?? SHAPES.neutral) : "circle",
    color: colorOf(alert, isChosen, colors),
    size: isChosen ? 1.4 : 0.5,
    text: isChosen ? words(alert.pattern) + retracted : "",
  };
}

/** Place a marker on the bar of each alert that has one, oldest first; the chosen one is named. */
export function markersOf(alerts, chosen, bars, colors) {
  const all = chosen && !alerts.includes(chosen) ? [...alerts, chosen] : alerts;
  const placed = all
    .map((alert) => ({ alert, bar: bars.at(alert.barTime) }))
    .filter(({ alert, bar }) => bar && alert.barTime - bar.time < bars.step);
  return placed
    .sort((a, b) => a.bar.time - b.bar.time)
    .map(({ alert, bar }) => markerOf(alert, bar.time, alert === chosen, colors));
}

/**
 * Draw the price an alert is about, from the first bar of its pattern to the newest bar. A line
 * needs two points: that of a pattern on the newest bar alone begins at the bar before.
 */
export function outlineOf(alert, bars) {
  const { level, from } = alert?.geometry ?? {};
  const start = Number.isFinite(from) ? bars.at(from) : undefined;
  const { last } = bars;
  if (!alert?.forTrading || !Number.isFinite(level) || !start) return [];
  const first = start.time < last.time ? start : bars.at(last.time - 1);
  return first ? [{ time: first.time, value: level }, { time: last.time, value: level }] : [];
}

/**
 * Turn the levels of an alert into price lines. One that is no signal has none, nor one that was
 * taken back. The price it is about is named at the axis alone: `outlineOf` draws it.
 */
export function levelsOf(alert, colors) {
  if (!alert?.forTrading || alert.life === "retracted") return [];
  const prices = { level: alert.geometry.level, ...alert.levels };
  const kinds = { level: colors.attention, entry: colors.muted, stop: colors.down, target: colors.up };
  return Object.entries(kinds)
    .filter(([kind]) => Number.isFinite(prices[kind]))
    .map(([kind, color]) => ({
      price: prices[kind], color, title: kind, lineWidth: 1, lineStyle: kind === "entry" ? 2 : 1,
      lineVisible: kind !== "level", axisLabelVisible: true, axisLabelTextColor: colors.background,
    }));
}

/**
 * Widen the range of the candles by the prices of levels, the nearest first. Those far away would
 * flatten the candles, which keep a third of the height.
 */
export function rangeWith({ minValue, maxValue }, prices) {
  const away = (price) => Math.max(minValue - price, price - maxValue);
  const most = TIMES_CANDLES * (maxValue - minValue);
  let range = { minValue, maxValue };
  for (const price of [...prices].sort((a, b) => away(a) - away(b))) {
    const wider = { minValue: Math.min(range.minValue, price), maxValue: Math.max(range.maxValue, price) };
    if (wider.maxValue - wider.minValue <= most) range = wider;
  }
  return range;
}
