import { io } from "socket.io-client";
import { Cursor } from "./cursor.js";

const EVENTS = [
  "quotes", "bars_closed", "streaming_health", "streaming_session", "streaming_indicator",
  "indicator_alert", "critical_alert", "system_health", "feed_state",
];

/**
 * Keep one socket open, and after every reconnect ask for what was missed.
 * Calls `hear[event](message)`, `hear.alert(message)` and
 * `hear.connection(state, {caughtUp})` with state "live" or "lost"; `waits` says that what was
 * missed could not be read yet and follows by itself.
 */
export class Connection {
  constructor(seq, hear) {
    this.cursor = new Cursor(seq);
    this.hear = hear;
    this.connectedBefore = false;
    this.socket = io({ transports: ["websocket", "polling"], reconnectionDelay: 400, reconnectionDelayMax: 3000, autoConnect: false });
    this.listen();
  }

  open() {
    this.socket.connect();
  }

  listen() {
    this.socket.on("connect", () => this.resume());
    this.socket.on("disconnect", (reason) => this.lost(reason));
    this.socket.on("connect_error", (error) => this.refused(error));
    this.socket.on("pattern_alert", (message) => this.take(message));
    this.socket.on("pattern_update", (message) => this.take(message));
    for (const event of EVENTS) this.socket.on(event, (message) => this.hear[event](message));
  }

  take(message) {
    this.cursor.see(message.seq);
    this.hear.alert(message);
  }

  resume() {
    const again = this.connectedBefore;
    this.connectedBefore = true;
    this.hear.connection("live", {});
    this.socket.emit("resume", { seq: this.cursor.seq }, (answer) => {
      this.cursor.see(answer?.seq);
      const { caught_up: caughtUp = 0, from, error } = answer ?? {};
      this.hear.connection("live", { again, caughtUp, from, waits: error !== undefined });
    });
  }

  refused(error) {
    this.hear.connection("lost", { reason: error.message });
    if (error.message === "login required") location.assign("/login");
    // socket.io does not try again by itself when the server refused
    else if (!this.socket.active) setTimeout(() => this.socket.connect(), 1000);
  }

  lost(reason) {
    this.hear.connection("lost", { reason });
    // socket.io does not reconnect by itself when the server closed the connection
    if (reason === "io server disconnect") setTimeout(() => this.socket.connect(), 1000);
  }
}
