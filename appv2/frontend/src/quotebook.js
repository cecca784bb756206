import { MINUTE } from "./format.js";

const FIELDS = ["price", "change_percent", "volume", "state"];

/** Keep the latest quote of every symbol of the universe. */
export class QuoteBook {
  constructor() {
    this.rows = new Map();
  }

  /** Take columns of what changed; return the symbols touched. */
  apply(columns) {
    const symbols = columns?.symbols ?? [];
    symbols.forEach((symbol, index) => {
      const row = this.row(symbol);
      for (const field of FIELDS) {
        const value = columns[field]?.[index];
        if (value !== undefined && value !== null) row[field] = value;
      }
    });
    return symbols;
  }

  /** Take indicators of a closed bar; those of longer bars would stand among a column of minutes. */
  measured(symbol, timeframe, indicators) {
    if (timeframe !== MINUTE) return;
    const row = this.row(symbol);
    row.ratio = indicators.relative_volume ?? row.ratio;
    row.rsi = indicators.rsi ?? indicators.rsi_14 ?? row.rsi;
  }

  /** Return the quote of a symbol, creating an unknown one. */
  row(symbol) {
    let row = this.rows.get(symbol);
    if (!row) {
      row = { symbol, state: "" };
      this.rows.set(symbol, row);
    }
    return row;
  }

  /** Count symbols by state, in order of first appearance. */
  states() {
    const counts = new Map();
    for (const { state } of this.rows.values()) {
      if (state) counts.set(state, (counts.get(state) ?? 0) + 1);
    }
    return counts;
  }

  /** Sum up the market from its quotes: how many rise and fall, and where the volume is. */
  breadth() {
    const sum = { up: 0, down: 0, flat: 0, upVolume: 0, volume: 0, known: 0, total: 0 };
    for (const row of this.rows.values()) {
      if (row.change_percent === undefined) continue;
      addToBreadth(sum, row);
    }
    const { up, down, flat, known, total } = sum;
    return { up, down, flat, known, mean: known ? total / known : undefined, ...volumes(sum) };
  }

  /** Return the symbol that rose most and the one that fell most. */
  extremes() {
    let best;
    let worst;
    for (const row of this.rows.values()) {
      if (row.change_percent === undefined) continue;
      if (!best || row.change_percent > best.change_percent) best = row;
      if (!worst || row.change_percent < worst.change_percent) worst = row;
    }
    return { best, worst };
  }
}

function addToBreadth(sum, row) {
  const way = Math.sign(Math.round(row.change_percent * 100));
  const volume = row.volume ?? 0;
  sum.known += 1;
  sum.total += row.change_percent;
  sum.volume += volume;
  if (way > 0) sum.upVolume += volume;
  sum[{ 1: "up", 0: "flat", "-1": "down" }[way]] += 1;
}

function volumes({ upVolume, volume }) {
  return { upVolumeShare: volume > 0 ? upVolume / volume : undefined };
}
