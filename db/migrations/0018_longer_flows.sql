-- A start asks what was last said of flows of the last 40 days to two years, by timeframe. Of the
-- minutes, most of all events, it asks for the newest only, which the index by time finds: they
-- have no place here, so that an alert on its way pays next to nothing.

CREATE INDEX IF NOT EXISTS pattern_events_longer ON pattern_events (timeframe, bar_time)
    WHERE timeframe <> '1min';
