-- Indicators: one wide row a symbol and closed bar; NULL while an indicator is warming up.
-- patterns is a bit set of what fired on the bar, by number of the registry of signals, whatever
-- the policy made of it. The views give one row an indicator.

CREATE TABLE IF NOT EXISTS indicator_rows_intraday (
    symbol text NOT NULL,
    timeframe text NOT NULL,
    "timestamp" timestamptz NOT NULL,
    patterns bigint NOT NULL DEFAULT 0,
    sma_20 real,
    sma_50 real,
    ema_12 real,
    ema_26 real,
    rsi_14 real,
    macd real,
    macd_signal real,
    macd_hist real,
    bb_upper real,
    bb_middle real,
    bb_lower real,
    atr_14 real,
    vwap real,
    relative_volume real,
    PRIMARY KEY (symbol, timeframe, "timestamp")
) PARTITION BY RANGE ("timestamp");

CREATE TABLE IF NOT EXISTS indicator_rows_daily (LIKE indicator_rows_intraday INCLUDING ALL)
    PARTITION BY RANGE ("timestamp");

INSERT INTO partition_rules (parent, span, keep_newest) VALUES
    ('indicator_rows_intraday', 'day', 6),
    ('indicator_rows_daily', 'year', NULL)
ON CONFLICT (parent) DO NOTHING;

CREATE OR REPLACE VIEW intraday_indicators AS
SELECT wide.symbol, wide.timeframe, wide."timestamp", tall.indicator, tall.value
FROM indicator_rows_intraday AS wide
CROSS JOIN LATERAL (VALUES
    ('sma_20', wide.sma_20),
    ('sma_50', wide.sma_50),
    ('ema_12', wide.ema_12),
    ('ema_26', wide.ema_26),
    ('rsi_14', wide.rsi_14),
    ('macd', wide.macd),
    ('macd_signal', wide.macd_signal),
    ('macd_hist', wide.macd_hist),
    ('bb_upper', wide.bb_upper),
    ('bb_middle', wide.bb_middle),
    ('bb_lower', wide.bb_lower),
    ('atr_14', wide.atr_14),
    ('vwap', wide.vwap),
    ('relative_volume', wide.relative_volume)
) AS tall (indicator, value)
WHERE tall.value IS NOT NULL;

CREATE OR REPLACE VIEW daily_indicators AS
SELECT wide.symbol, wide.timeframe, wide."timestamp", tall.indicator, tall.value
FROM indicator_rows_daily AS wide
CROSS JOIN LATERAL (VALUES
    ('sma_20', wide.sma_20),
    ('sma_50', wide.sma_50),
    ('ema_12', wide.ema_12),
    ('ema_26', wide.ema_26),
    ('rsi_14', wide.rsi_14),
    ('macd', wide.macd),
    ('macd_signal', wide.macd_signal),
    ('macd_hist', wide.macd_hist),
    ('bb_upper', wide.bb_upper),
    ('bb_middle', wide.bb_middle),
    ('bb_lower', wide.bb_lower),
    ('atr_14', wide.atr_14),
    ('vwap', wide.vwap),
    ('relative_volume', wide.relative_volume)
) AS tall (indicator, value)
WHERE tall.value IS NOT NULL;
