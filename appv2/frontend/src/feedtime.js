import { seconds } from "./clock.js";

const MINUTE = 60;

/**
 * Know which minute is developing, by the feed's clock: a replay runs on recorded time, and
 * this computer's clock may be wrong. All times are unix seconds.
 */
export class FeedTime {
  constructor(marketId) {
    this.isReplay = marketId === "replay";
    this.closedMinute = undefined;
    this.stamped = undefined;
  }

  /** Take the start of a minute that closed. */
  closed(start) {
    if (this.closedMinute === undefined || start > this.closedMinute) this.closedMinute = start;
  }

  /** Take the time that a message of quotes carries. */
  stamp(time) {
    const unix = seconds(time);
    if (unix !== undefined) this.stamped = unix;
  }

  /** Return the time to show on the clock: recorded time in a replay, else `now`. */
  clock(now) {
    if (!this.isReplay) return now;
    return this.closedMinute === undefined ? undefined : this.closedMinute + MINUTE;
  }

  /** Return the start of the developing minute; `lastBar` is the newest bar of the shown symbol. */
  developing(lastBar, now) {
    const afterClosed = this.closedMinute === undefined ? undefined : this.closedMinute + MINUTE;
    if (this.isReplay) return afterClosed ?? (lastBar === undefined ? undefined : lastBar + MINUTE);
    const current = Math.floor((this.stamped ?? now) / MINUTE) * MINUTE;
    return Math.max(current, afterClosed ?? current);
  }
}
