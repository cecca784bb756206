-- R3 and S3 of the standard and of Fibonacci's pivot points; the views give one row an indicator and
-- are told every real column in its order.

DO $$
DECLARE
    kind text;
    level text;
    told text;
BEGIN
    FOREACH kind IN ARRAY ARRAY['intraday', 'daily'] LOOP
        FOREACH level IN ARRAY ARRAY['pivot_r3', 'pivot_s3', 'fibonacci_r3', 'fibonacci_s3'] LOOP
            EXECUTE format(
                'ALTER TABLE %I ADD COLUMN IF NOT EXISTS %I real', 'indicator_rows_' || kind, level
            );
        END LOOP;
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
