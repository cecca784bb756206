-- Pattern events, one wide row an event. `event` is, to the byte, what goes to the stream, an
-- envelope of `channel`; `messages` is a JSON array of [channel, body], one for each message in
-- the order of publishing, the body null where it is `event` itself. Rows whose seq is above the
-- producer's cursor have not been published yet (outbox).

CREATE TABLE IF NOT EXISTS pattern_events (
    bar_time timestamptz NOT NULL,
    flow_id uuid NOT NULL,
    life text NOT NULL,
    revision integer NOT NULL,
    producer text NOT NULL,
    seq bigint NOT NULL,
    symbol text NOT NULL,
    pattern text NOT NULL,
    direction text NOT NULL,
    timeframe text NOT NULL,
    tier text NOT NULL,
    confidence double precision NOT NULL,
    current_price double precision NOT NULL,
    price_change double precision NOT NULL,
    volume double precision NOT NULL,
    detected_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    reason text NOT NULL,
    quality text NOT NULL,
    degraded boolean NOT NULL DEFAULT false,
    indicators jsonb NOT NULL DEFAULT '{}',
    levels jsonb,
    geometry jsonb,
    channel text NOT NULL,
    event text NOT NULL,
    messages text NOT NULL,
    PRIMARY KEY (flow_id, life, revision, bar_time)
) PARTITION BY RANGE (bar_time);

CREATE INDEX IF NOT EXISTS pattern_events_outbox ON pattern_events (producer, seq);

CREATE INDEX IF NOT EXISTS pattern_events_symbol ON pattern_events (symbol, bar_time DESC, seq DESC);

CREATE INDEX IF NOT EXISTS pattern_events_bar ON pattern_events USING brin (bar_time);

CREATE INDEX IF NOT EXISTS pattern_events_detected ON pattern_events (detected_at);

INSERT INTO partition_rules (parent, span) VALUES ('pattern_events', 'month')
ON CONFLICT (parent) DO NOTHING;

-- Applied again to what a later migration gave more columns, REPLACE would take them away.
DO $$
BEGIN
    IF to_regclass('intraday_patterns') IS NULL THEN
        CREATE VIEW intraday_patterns AS
        SELECT symbol, pattern, direction, timeframe, tier, confidence, current_price, price_change,
               volume, bar_time, detected_at, received_at, expires_at, life, revision, reason, quality,
               degraded, indicators, levels, geometry, flow_id, producer, seq
        FROM pattern_events
        WHERE tier IN ('intraday', 'combo');
    END IF;
    IF to_regclass('daily_patterns') IS NULL THEN
        CREATE VIEW daily_patterns AS
        SELECT symbol, pattern, direction, timeframe, tier, confidence, current_price, price_change,
               volume, bar_time, detected_at, received_at, expires_at, life, revision, reason, quality,
               degraded, indicators, levels, geometry, flow_id, producer, seq
        FROM pattern_events
        WHERE tier = 'daily';
    END IF;
END
$$;

-- How far a producer is: `through` is a time (evaluated bars), `seq` a number (published events).
CREATE TABLE IF NOT EXISTS stream_progress (
    producer text NOT NULL,
    name text NOT NULL,
    through timestamptz,
    seq bigint,
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (producer, name)
);
