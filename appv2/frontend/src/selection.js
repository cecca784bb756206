/**
 * The chosen symbol and alert; choosing either moves the list, the chart, the table and the detail.
 * `isPageOwn` says that the page itself chose a symbol because there was no alert yet.
 */
export class Selection {
  constructor(alerts) {
    this.alerts = alerts;
    this.isPageOwn = true;
  }

  bind({ list, pane, table, detail }) {
    Object.assign(this, { list, pane, table, detail });
  }

  /** Choose an alert, and with it its symbol. */
  alert(alert) {
    if (!alert) return;
    this.chosen = alert;
    this.isPageOwn = false;
    this.chosenSymbol = alert.symbol;
    this.list.select(alert);
    this.table.select(alert.symbol);
    this.detail.show(alert);
    this.pane.show(alert.symbol, alert);
  }

  /** Choose a symbol, and with it its newest alert if it has one. */
  symbol(symbol) {
    const [newest] = this.alerts.ofSymbol(symbol, 1);
    if (newest) return this.alert(newest);
    this.chosen = undefined;
    this.isPageOwn = false;
    this.chosenSymbol = symbol;
    this.list.select(undefined);
    this.table.select(symbol);
    this.detail.clear(symbol);
    return this.pane.show(symbol, undefined);
  }
}
