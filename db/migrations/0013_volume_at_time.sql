-- Volume against that of the same time of day in the sessions before; the views give one row an
-- indicator and are told every real column in its order.

DO $$
DECLARE
    kind text;
    told text;
BEGIN
    FOREACH kind IN ARRAY ARRAY['intraday', 'daily'] LOOP
        EXECUTE format(
            'ALTER TABLE %I ADD COLUMN IF NOT EXISTS relative_volume_at_time real',
            'indicator_rows_' || kind
        );
        SELECT string_agg(format('(%L, wide.%I)', attname, attname), ', ' ORDER BY attnum)
        INTO told FROM pg_attribute
        WHERE attrelid = ('indicator_rows_' || kind)::regclass
            AND attnum > 0 AND NOT attisdropped AND atttypid = 'real'::regtype;
        EXECUTE format(
            'CREATE OR REPLACE VIEW %I AS'
            ' SELECT wide.symbol, wide.timeframe, wide."timestamp", tall.indicator, tall.value'
            ' FROM %I AS wide CROSS JOIN LATERAL (VALUES %s) AS tall (indicator, value)'
            ' WHERE tall.value IS NOT NULL',
            kind || '_indicators', 'indicator_rows_' || kind, told
        );
    END LOOP;
END
$$;
