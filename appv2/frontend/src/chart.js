import {
  CandlestickSeries, HistogramSeries, LineSeries, createChart, createSeriesMarkers, createTextWatermark,
} from "lightweight-charts";
import { Drawing, drawingOf } from "./chartdrawing.js";
import { levelsOf, markersOf, outlineOf, rangeWith } from "./chartmarks.js";
import { candleOptions, chartOptions, palette } from "./charttheme.js";
import { byId } from "./dom.js";
import { onTheme } from "./theme.js";

const BARS_IN_VIEW = 150;

/** Draw one symbol's bars, its alerts and the levels of the chosen alert. */
export class Chart {
  constructor(clock, { hover, pick }) {
    this.clock = clock;
    this.colors = palette();
    this.chart = createChart(byId("chart"), { autoSize: true, ...chartOptions(this.colors, clock) });
    this.candles = this.chart.addSeries(CandlestickSeries, {
      ...candleOptions(this.colors), autoscaleInfoProvider: (original) => this.rangeWithLevels(original()),
    });
    this.volume = this.chart.addSeries(HistogramSeries, {
      priceScaleId: "", priceFormat: { type: "volume" }, lastValueVisible: false, priceLineVisible: false,
    });
    this.volume.priceScale().applyOptions({ scaleMargins: { top: 0.84, bottom: 0 } });
    this.outline = this.chart.addSeries(LineSeries, {
      lineWidth: 1, lineStyle: 2, lastValueVisible: false, priceLineVisible: false, crosshairMarkerVisible: false,
    });
    this.markers = createSeriesMarkers(this.candles, []);
    this.drawing = new Drawing();
    this.candles.attachPrimitive(this.drawing);
    this.lines = [];
    this.levels = [];
    this.listen(hover, pick);
  }

  listen(hover, pick) {
    this.chart.subscribeCrosshairMove((move) => hover(move.time));
    this.chart.subscribeClick((click) => click.hoveredObjectId && pick(click.hoveredObjectId));
    onTheme(() => this.restyle());
  }

  /** Write across the background what market this is, so that no screenshot hides it. */
  watermark(text) {
    this.market = text;
    this.mark = createTextWatermark(this.chart.panes()[0], this.watermarkOptions());
  }

  watermarkOptions() {
    const line = { text: this.market, color: `${this.colors.attention}24`, fontSize: 42, fontStyle: "600" };
    return { horzAlign: "center", vertAlign: "center", lines: [line] };
  }

  /** Draw all bars anew; `fit` moves the view to the newest ones. */
  show(bars, { fit = false } = {}) {
    this.bars = bars;
    this.adjustDigits(bars.at(-1)?.close);
    this.candles.setData(bars);
    this.volume.setData(bars.map((bar) => this.volumeOf(bar)));
    if (fit) this.chart.timeScale().setVisibleLogicalRange({ from: bars.length - BARS_IN_VIEW, to: bars.length + 24 });
  }

  /** Draw one bar: the newest, or a revised one. */
  update(bar, isLast) {
    this.candles.update(bar, !isLast);
    this.volume.update(this.volumeOf(bar), !isLast);
  }

  /** Mark the alerts of this symbol on their bars and draw the levels of the chosen one. */
  annotate(alerts, chosen, bars) {
    this.last = { alerts, chosen, bars };
    this.markers.setMarkers(markersOf(alerts, chosen, bars, this.colors));
    this.outline.applyOptions({ color: this.colors.attention });
    this.outline.setData(outlineOf(chosen, bars));
    this.drawing.show(drawingOf(chosen, bars), this.colors);
    for (const line of this.lines) this.candles.removePriceLine(line);
    const levels = levelsOf(chosen, this.colors);
    this.levels = levels.map(({ price }) => price);
    this.lines = levels.map((line) => this.candles.createPriceLine(line));
  }

  /** Bring a time into view when it has scrolled out. */
  reveal(time) {
    const scale = this.chart.timeScale();
    const range = scale.getVisibleRange();
    if (!range || (time >= range.from && time <= range.to)) return;
    const logical = scale.getVisibleLogicalRange();
    const place = scale.timeToIndex(time, true);
    if (place === null || !logical) return;
    const width = logical.to - logical.from;
    scale.setVisibleLogicalRange({ from: place - width * 0.75, to: place + width * 0.25 });
  }

  rangeWithLevels(info) {
    return info?.priceRange ? { ...info, priceRange: rangeWith(info.priceRange, this.levels) } : info;
  }

  adjustDigits(price) {
    const small = price !== undefined && price < 1;
    this.candles.applyOptions({ priceFormat: { type: "price", precision: small ? 4 : 2, minMove: small ? 0.0001 : 0.01 } });
  }

  volumeOf(bar) {
    return { time: bar.time, value: bar.volume, color: this.colors[bar.close < bar.open ? "down-soft" : "up-soft"] };
  }

  restyle() {
    this.colors = palette();
    this.chart.applyOptions(chartOptions(this.colors, this.clock));
    this.candles.applyOptions(candleOptions(this.colors));
    this.mark?.applyOptions(this.watermarkOptions());
    if (this.bars) this.show(this.bars);
    if (this.last) this.annotate(this.last.alerts, this.last.chosen, this.last.bars);
  }
}
