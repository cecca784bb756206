-- The views of patterns say what only the event holds, as `/patterns` does: how often its pattern
-- alerts by chance, what a change moved, how it ended.

DO $$
DECLARE
    kind text;
    tiers text;
BEGIN
    FOR kind, tiers IN VALUES ('intraday', '''intraday'', ''combo'''), ('daily', '''daily''') LOOP
        EXECUTE format(
            'CREATE OR REPLACE VIEW %I AS'
            ' SELECT symbol, pattern, direction, timeframe, tier, confidence, current_price,'
            ' price_change, volume, bar_time, detected_at, received_at, expires_at, life, revision,'
            ' reason, quality, degraded, indicators, levels, geometry, flow_id, producer, seq,'
            ' (told.said ->> ''null_rate'')::double precision AS null_rate,'
            ' NULLIF(told.said -> ''before'', ''null'') AS before,'
            ' NULLIF(told.said -> ''after'', ''null'') AS after'
            ' FROM pattern_events CROSS JOIN LATERAL ('
            ' SELECT COALESCE(event::jsonb -> ''payload'', event::jsonb -> ''data'') AS said'
            ' ) AS told WHERE tier IN (%s)',
            kind || '_patterns', tiers
        );
    END LOOP;
END
$$;
