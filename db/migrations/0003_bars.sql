-- Bars: raw prices in USD, volume in shares, timestamp = start of the bar. A bar of a symbol and
-- time that comes again replaces the stored one under a higher revision.
-- quality: 0 live, 1 backfilled, 2 partial.

CREATE TABLE IF NOT EXISTS ohlcv_1min (
    symbol text NOT NULL,
    "timestamp" timestamptz NOT NULL,
    open double precision NOT NULL,
    high double precision NOT NULL,
    low double precision NOT NULL,
    close double precision NOT NULL,
    volume double precision NOT NULL,
    vwap double precision NOT NULL DEFAULT 'NaN',
    trade_count integer NOT NULL DEFAULT 0,
    revision integer NOT NULL DEFAULT 0,
    quality smallint NOT NULL DEFAULT 0,
    PRIMARY KEY (symbol, "timestamp")
) PARTITION BY RANGE ("timestamp");

CREATE INDEX IF NOT EXISTS ohlcv_1min_time ON ohlcv_1min USING brin ("timestamp");

CREATE TABLE IF NOT EXISTS ohlcv_5min (LIKE ohlcv_1min INCLUDING ALL) PARTITION BY RANGE ("timestamp");

CREATE TABLE IF NOT EXISTS ohlcv_15min (LIKE ohlcv_1min INCLUDING ALL) PARTITION BY RANGE ("timestamp");

CREATE TABLE IF NOT EXISTS ohlcv_1hour (LIKE ohlcv_1min INCLUDING ALL) PARTITION BY RANGE ("timestamp");

CREATE TABLE IF NOT EXISTS ohlcv_daily (LIKE ohlcv_1min INCLUDING ALL) PARTITION BY RANGE ("timestamp");

CREATE TABLE IF NOT EXISTS ohlcv_weekly (LIKE ohlcv_1min INCLUDING ALL) PARTITION BY RANGE ("timestamp");

INSERT INTO partition_rules (parent, span, keep_for) VALUES
    ('ohlcv_1min', 'month', interval '2 years'),
    ('ohlcv_5min', 'month', NULL),
    ('ohlcv_15min', 'month', NULL),
    ('ohlcv_1hour', 'year', NULL),
    ('ohlcv_daily', 'year', NULL),
    ('ohlcv_weekly', 'year', NULL)
ON CONFLICT (parent) DO NOTHING;
