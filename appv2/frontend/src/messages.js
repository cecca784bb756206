import { byId, make, write } from "./dom.js";

const KEPT = 100;

/** What happened to the feed, the session and this page, newest first; critical ones in a strip. */
export class Messages {
  constructor(clock) {
    this.clock = clock;
    byId("critical-close").addEventListener("click", () => { byId("critical").hidden = true; });
  }

  /** Note a message; `weight` "warn" colours it. */
  note(text, weight = "plain") {
    const at = this.clock.time(Date.now() / 1000);
    const line = make("li");
    line.dataset.weight = weight;
    line.append(make("time", "figures", at), make("span", "", text));
    const lines = byId("log-lines");
    lines.prepend(line);
    while (lines.children.length > KEPT) lines.lastElementChild.remove();
    write(byId("log-newest"), `${at}  ${text}`);
  }

  /** Put a critical alert where it cannot be missed. */
  critical({ severity = "critical", message = "", type = "" }) {
    const strip = byId("critical");
    strip.hidden = false;
    strip.dataset.severity = severity;
    const text = [type && `${type}:`, message].filter(Boolean).join(" ");
    write(byId("critical-text"), text);
    this.note(text, "warn");
  }
}
