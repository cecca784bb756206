-- Which of the 61 candlesticks a bar completed, by number of their catalogue (the order of
-- pl/signals/candles/names.py), and which of those are bearish.

ALTER TABLE indicator_rows_intraday
    ADD COLUMN IF NOT EXISTS candles bigint NOT NULL DEFAULT 0,
    ADD COLUMN IF NOT EXISTS candles_bearish bigint NOT NULL DEFAULT 0;

ALTER TABLE indicator_rows_daily
    ADD COLUMN IF NOT EXISTS candles bigint NOT NULL DEFAULT 0,
    ADD COLUMN IF NOT EXISTS candles_bearish bigint NOT NULL DEFAULT 0;
