-- The indicators beyond the first fourteen; the views give one row an indicator. Each is named once:
-- both tables get the same columns, and the views tell every real column in its order.

DO $$
DECLARE
    added CONSTANT text[] := ARRAY[
        'ema_20', 'ema_50', 'ema_200', 'wma_20', 'dema_20', 'tema_20', 'kama_10', 'hma_20',
        'bb_percent_b', 'bb_width', 'keltner_upper', 'keltner_lower', 'natr_14', 'adx_14',
        'plus_di_14', 'minus_di_14', 'psar', 'supertrend', 'trix_15', 'momentum_10', 'roc_10',
        'willr_14', 'cci_20', 'ultimate', 'stoch_k', 'stoch_d', 'stoch_rsi_k', 'stoch_rsi_d',
        'aroon_up', 'aroon_down', 'aroon_oscillator', 'obv', 'ad_line', 'chaikin_oscillator',
        'cmf_20', 'mfi_14', 'volume_z_20', 'vwap_upper', 'vwap_lower', 'session_high',
        'session_low', 'donchian_upper', 'donchian_lower', 'high_20', 'low_20', 'high_50',
        'low_50', 'linreg_20', 'linreg_slope_20', 'linreg_upper', 'linreg_lower',
        'ichimoku_conversion', 'ichimoku_base', 'ichimoku_span_a', 'ichimoku_span_b',
        'volatility_20', 'gap', 'pivot', 'pivot_r1', 'pivot_s1', 'pivot_r2', 'pivot_s2',
        'fibonacci_r1', 'fibonacci_s1', 'fibonacci_r2', 'fibonacci_s2', 'camarilla_r3',
        'camarilla_s3', 'camarilla_r4', 'camarilla_s4', 'sma_200', 'roc_60', 'vwap_from_high',
        'vwap_from_low', 'high_52_week', 'low_52_week', 'relative_strength', 'strength_rank'
    ];
    kind text;
    told text;
BEGIN
    FOREACH kind IN ARRAY ARRAY['intraday', 'daily'] LOOP
        SELECT string_agg(format('ADD COLUMN IF NOT EXISTS %I real', name), ', ' ORDER BY place)
        INTO told FROM unnest(added) WITH ORDINALITY AS list (name, place);
        EXECUTE format('ALTER TABLE %I %s', 'indicator_rows_' || kind, told);

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
