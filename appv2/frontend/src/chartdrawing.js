const RADIUS = 4;

/**
 * Return what draws a chart pattern on bars that are loaded: its pivots in order and its lines, each
 * of {time, price}; empty when there is none, or when it begins before the oldest bar.
 */
export function drawingOf(alert, bars) {
  const { points = [], lines = [] } = alert?.geometry ?? {};
  if (!alert?.forTrading || !points.length) return { points: [], lines: [] };
  const drawn = { points: placed(points, bars), lines: lines.map((line) => placed(line, bars)) };
  return [drawn.points, ...drawn.lines].every(Boolean) ? drawn : { points: [], lines: [] };
}

function placed(corners, bars) {
  const found = corners.map(({ time, price }) => ({ time: bars.at(time)?.time, price }));
  return found.every(({ time, price }) => time !== undefined && Number.isFinite(price)) ? found : undefined;
}

/** Draw pivots, the way between them and the lines of a chart pattern over the candles. */
export class Drawing {
  constructor() {
    this.drawn = { points: [], lines: [] };
    this.view = { zOrder: () => "top", renderer: () => ({ draw: (target) => this.draw(target) }) };
  }

  attached({ chart, series, requestUpdate }) {
    this.scale = chart.timeScale();
    this.series = series;
    this.requestUpdate = requestUpdate;
  }

  paneViews() {
    return [this.view];
  }

  /** Show what `drawingOf` returned, in the chart's colours. */
  show(drawn, colors) {
    this.drawn = drawn;
    this.colors = colors;
    this.requestUpdate?.();
  }

  draw(target) {
    const { points, lines } = this.drawn;
    if (!points.length) return;
    target.useMediaCoordinateSpace(({ context }) => {
      context.lineWidth = 1;
      context.strokeStyle = this.colors.attention;
      context.fillStyle = this.colors.attention;
      for (const line of lines) this.stroke(context, line, [6, 4]);
      this.stroke(context, points, []);
      points.forEach((point, index) => this.mark(context, point, index + 1));
    });
  }

  stroke(context, corners, dash) {
    context.setLineDash(dash);
    context.beginPath();
    for (const corner of corners) context.lineTo(...this.place(corner));
    context.stroke();
  }

  mark(context, point, number) {
    const [x, y] = this.place(point);
    context.setLineDash([]);
    context.beginPath();
    context.arc(x, y, RADIUS, 0, 2 * Math.PI);
    context.stroke();
    context.fillText(number, x + RADIUS + 2, y - RADIUS);
  }

  place({ time, price }) {
    return [this.scale.timeToCoordinate(time) ?? 0, this.series.priceToCoordinate(price) ?? 0];
  }
}
