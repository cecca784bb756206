function token(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** Read the colours of the current theme from the style sheet. */
export function palette() {
  const names = ["background", "line", "text", "muted", "up", "down", "attention", "up-soft", "down-soft"];
  return Object.fromEntries(names.map((name) => [name, token(`--${name}`)]));
}

/** Options of the chart in the current theme; axis times are written by `clock`. */
export function chartOptions(colors, clock) {
  return {
    layout: {
      background: { color: colors.background },
      textColor: colors.muted,
      fontSize: 11,
      fontFamily: getComputedStyle(document.body).fontFamily,
      attributionLogo: true,
    },
    grid: { vertLines: { visible: false }, horzLines: { color: colors.line } },
    crosshair: {
      mode: 0,
      vertLine: { color: colors.muted, width: 1, style: 3, labelBackgroundColor: colors.line },
      horzLine: { color: colors.muted, width: 1, style: 3, labelBackgroundColor: colors.line },
    },
    rightPriceScale: { borderVisible: false, scaleMargins: { top: 0.09, bottom: 0.2 } },
    timeScale: {
      borderColor: colors.line,
      timeVisible: true,
      secondsVisible: false,
      rightOffset: 24,
      tickMarkFormatter: (time, kind) => (kind < 3 ? clock.shortDay(time) : clock.minute(time)),
    },
    localization: { timeFormatter: (time) => `${clock.shortDay(time)} ${clock.minute(time)}` },
  };
}

/** Options of the candles in the current theme. */
export function candleOptions(colors) {
  return {
    upColor: colors.up,
    downColor: colors.down,
    wickUpColor: colors.up,
    wickDownColor: colors.down,
    borderVisible: false,
    priceLineStyle: 3,
  };
}
