/** Turn a time of either envelope family (unix seconds, unix ms, ISO 8601) into unix seconds. */
export function seconds(time) {
  if (typeof time === "string") {
    const parsed = Number(time);
    return Number.isNaN(parsed) ? parsedIso(time) : seconds(parsed);
  }
  if (typeof time !== "number" || !Number.isFinite(time)) return undefined;
  return time > 1e11 ? time / 1000 : time;
}

function parsedIso(text) {
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms / 1000;
}

/** Name a zone by its city: America/New_York is New York. */
export function zoneName(zone) {
  return zone.split("/").pop().replaceAll("_", " ");
}

/** Write times of one exchange zone. */
export class Clock {
  constructor(zone) {
    this.zone = zone;
    const parts = { timeZone: zone, hourCycle: "h23" };
    const time = { ...parts, hour: "2-digit", minute: "2-digit" };
    this.full = new Intl.DateTimeFormat("en-GB", { ...time, second: "2-digit" });
    this.short = new Intl.DateTimeFormat("en-GB", time);
    this.date = new Intl.DateTimeFormat("en-CA", { timeZone: zone });
    this.dayMonth = new Intl.DateTimeFormat("en-GB", { ...parts, day: "numeric", month: "short" });
  }

  time(unix) {
    return unix === undefined ? "" : this.full.format(unix * 1000);
  }

  minute(unix) {
    return unix === undefined ? "" : this.short.format(unix * 1000);
  }

  day(unix) {
    return unix === undefined ? "" : this.date.format(unix * 1000);
  }

  shortDay(unix) {
    return unix === undefined ? "" : this.dayMonth.format(unix * 1000);
  }
}
