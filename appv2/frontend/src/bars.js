/** Merge stored, closed and developing bars of one symbol and timeframe. Times: unix seconds. */
export class Bars {
  constructor(step = 60) {
    this.step = step;
    this.closed = [];
    this.forming = undefined;
  }

  get last() {
    return this.closed.at(-1);
  }

  /** Take stored history as columns; a bar that closed meanwhile with a higher revision stays. */
  load(columns) {
    const merged = new Map(readColumns(columns).map((bar) => [bar.time, bar]));
    for (const bar of this.closed) {
      const stored = merged.get(bar.time);
      if (!stored || bar.revision >= stored.revision) merged.set(bar.time, bar);
    }
    this.closed = [...merged.values()].sort((a, b) => a.time - b.time);
    this.dropFormingIfClosed();
  }

  /** Take a closed bar; return "appended", "revised", "inserted" or "ignored". */
  close(bar) {
    const place = this.placeFor(bar.time);
    const held = this.closed[place];
    if (held?.time === bar.time) return this.replace(place, bar);
    this.closed.splice(place, 0, bar);
    this.dropFormingIfClosed();
    return place === this.closed.length - 1 ? "appended" : "inserted";
  }

  /**
   * Take a price and the day's volume within the minute that begins at `start`.
   * Return the developing bar, or undefined when that minute has closed already.
   */
  tick(start, price, dayVolume) {
    if (this.last && start <= this.last.time) return undefined;
    if (this.forming?.time !== start) this.forming = opened(start, price, dayVolume);
    const bar = this.forming;
    bar.high = Math.max(bar.high, price);
    bar.low = Math.min(bar.low, price);
    bar.close = price;
    if (dayVolume !== undefined) {
      bar.volumeBefore ??= dayVolume;
      bar.volume = Math.max(0, dayVolume - bar.volumeBefore);
    }
    return bar;
  }

  /** Return every bar, the developing one last. */
  everything() {
    return this.forming ? [...this.closed, this.forming] : this.closed;
  }

  /** Return the bar at a time, or the last one before it. */
  at(time) {
    const place = this.placeFor(time);
    const found = this.closed[place];
    return found?.time === time ? found : this.closed[place - 1];
  }

  replace(place, bar) {
    if (bar.revision < this.closed[place].revision) return "ignored";
    this.closed[place] = bar;
    return "revised";
  }

  dropFormingIfClosed() {
    if (this.forming && this.last && this.forming.time <= this.last.time) this.forming = undefined;
  }

  placeFor(time) {
    let low = 0;
    let high = this.closed.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.closed[middle].time < time) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function opened(time, price, dayVolume) {
  return {
    time, open: price, high: price, low: price, close: price,
    volume: 0, volumeBefore: dayVolume, revision: 0,
  };
}

/** Turn the columns of the bars endpoint into bars. */
export function readColumns(columns) {
  return columns.time.map((time, index) => barAt(columns, index, time));
}

/** Take one symbol's bar out of a message of closed bars, or undefined. */
export function barOf(message, symbol, time) {
  const index = message.symbols.indexOf(symbol);
  return index < 0 ? undefined : barAt(message, index, time);
}

function barAt({ open, high, low, close, volume, revision }, index, time) {
  return {
    time,
    open: open[index],
    high: high[index],
    low: low[index],
    close: close[index],
    volume: volume[index],
    revision: revision?.[index] ?? 0,
  };
}
