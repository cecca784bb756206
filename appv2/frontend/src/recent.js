const COMPACT_AT = 512;

/**
 * Hold the newest items up to a capacity; adding and reading by newness take constant time.
 * Every item carries `ordinal`, which increases from item to item.
 */
export class Recent {
  constructor(capacity) {
    this.capacity = capacity;
    this.items = [];
    this.head = 0;
  }

  get length() {
    return this.items.length - this.head;
  }

  /** Add the newest item and return the one that fell out, if any. */
  push(item) {
    this.items.push(item);
    return this.length > this.capacity ? this.dropOldest() : undefined;
  }

  /** Return the item at a place counted from the newest, which is 0. */
  at(place) {
    return place < 0 ? undefined : this.items[this.items.length - 1 - place];
  }

  /** Return the place of an ordinal counted from the newest, or -1. */
  placeOf(ordinal) {
    let low = this.head;
    let high = this.items.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const found = this.items[middle].ordinal;
      if (found === ordinal) return this.items.length - 1 - middle;
      if (found < ordinal) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }

  /** Take an item out of the middle, if it is there. */
  remove(ordinal) {
    const place = this.placeOf(ordinal);
    if (place >= 0) this.items.splice(this.items.length - 1 - place, 1);
  }

  /** Drop items from the oldest end that are older than `ordinal`. */
  dropBefore(ordinal) {
    while (this.length && this.items[this.head].ordinal < ordinal) this.dropOldest();
  }

  dropOldest() {
    const oldest = this.items[this.head];
    this.items[this.head] = undefined;
    this.head += 1;
    if (this.head >= COMPACT_AT) {
      this.items = this.items.slice(this.head);
      this.head = 0;
    }
    return oldest;
  }
}
