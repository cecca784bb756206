import { putJson } from "./http.js";

const KEY = "tickstock.page";
const SAVE_AFTER_MS = 800;

/** Remember how the reader set the page up: here at once, and with the account where it is offered. */
export class Preferences {
  constructor() {
    this.values = stored();
    this.onServer = false;
  }

  /** Take what the account remembers; what is unknown there keeps its value from this browser. */
  adopt(fromServer) {
    if (!fromServer) return;
    this.onServer = true;
    this.values = { ...this.values, ...fromServer };
  }

  get(name) {
    return this.values[name];
  }

  set(name, value) {
    this.values[name] = value;
    localStorage.setItem(KEY, JSON.stringify(this.values));
    if (!this.onServer) return;
    clearTimeout(this.saving);
    this.saving = setTimeout(() => this.save(), SAVE_AFTER_MS);
  }

  // A width that could not be saved with the account is still remembered by this browser.
  save() {
    putJson("/api/preferences", this.values).catch(() => { this.onServer = false; });
  }
}

function stored() {
  try {
    return JSON.parse(localStorage.getItem(KEY)) ?? {};
  } catch {
    return {};
  }
}
