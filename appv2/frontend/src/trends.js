/** Keep the last closes of every symbol, for the small line in its row. */
export class Trends {
  constructor(length = 60) {
    this.length = length;
    this.closes = new Map();
  }

  /** Take stored closes: {symbol: [[unix s, USD], ...]}, oldest first; what closed meanwhile stays. */
  load(stored) {
    for (const [symbol, pairs] of Object.entries(stored)) {
      const newer = this.closes.get(symbol) ?? [];
      this.closes.set(symbol, pairs.map(([time, close]) => [time, close]));
      for (const [time, close] of newer) this.put(symbol, time, close);
    }
  }

  /** Take a message of closed bars at `time`; return its symbols. */
  close(message, time) {
    message.symbols.forEach((symbol, index) => this.put(symbol, time, message.close[index]));
    return message.symbols;
  }

  /** Return the line as points of an SVG of this size, and which way it went: {points, way}. */
  line(symbol, width, height) {
    const pairs = this.closes.get(symbol) ?? [];
    if (pairs.length < 2) return { points: "", way: 0 };
    const closes = pairs.map(([, close]) => close);
    const low = Math.min(...closes);
    const span = Math.max(...closes) - low;
    const step = width / (closes.length - 1);
    const y = (close) => (span === 0 ? height / 2 : height - ((close - low) / span) * height);
    const points = closes.map((close, place) => `${(place * step).toFixed(1)},${y(close).toFixed(1)}`).join(" ");
    return { points, way: Math.sign(closes.at(-1) - closes[0]) };
  }

  put(symbol, time, close) {
    const pairs = this.closes.get(symbol) ?? [];
    const place = pairs.findIndex(([held]) => held >= time);
    if (place < 0) pairs.push([time, close]);
    else if (pairs[place][0] === time) pairs[place][1] = close;
    while (pairs.length > this.length) pairs.shift();
    this.closes.set(symbol, pairs);
  }
}
