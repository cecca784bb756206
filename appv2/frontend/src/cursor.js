function parts(id) {
  const [ms, place = "0"] = String(id).split("-");
  return [Number(ms), Number(place)];
}

/** Tell whether one id of the event stream comes after another. */
export function isAfter(id, other) {
  if (other === undefined || other === "") return true;
  const [ms, place] = parts(id);
  const [otherMs, otherPlace] = parts(other);
  return ms === otherMs ? place > otherPlace : ms > otherMs;
}

/** Remember the newest id of the event stream that this page has seen. */
export class Cursor {
  constructor(seq = "") {
    this.seq = seq;
  }

  see(seq) {
    if (seq !== undefined && seq !== null && isAfter(seq, this.seq)) this.seq = String(seq);
  }
}
