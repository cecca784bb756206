-- A pattern event with its bytes takes some 3 kB. PostgreSQL would compress what is above 2 kB,
-- which takes it longer than everything else that it does with an event while an alert waits.

ALTER TABLE partition_rules ADD COLUMN IF NOT EXISTS options text;

COMMENT ON COLUMN partition_rules.options IS 'Storage parameters of each partition, comma-separated';

UPDATE partition_rules SET options = 'toast_tuple_target = 8160' WHERE parent = 'pattern_events';

DO $$
DECLARE
    child regclass;
BEGIN
    FOR child IN
        SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent = 'pattern_events'::regclass
    LOOP
        EXECUTE format('ALTER TABLE %s SET (toast_tuple_target = 8160)', child);
    END LOOP;
END
$$;

CREATE OR REPLACE FUNCTION ensure_partitions(p_parent text, p_since timestamptz, p_until timestamptz)
RETURNS void
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    rule public.partition_rules;
    suffix text;
    lower_bound timestamp;
    upper_bound timestamp;
    child text;
    n_seen integer := 0;
BEGIN
    SELECT * INTO rule FROM public.partition_rules WHERE parent = p_parent;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'ensure_partitions: % has no row in partition_rules', p_parent;
    END IF;
    suffix := CASE rule.span WHEN 'day' THEN 'YYYY_MM_DD' WHEN 'month' THEN 'YYYY_MM' ELSE 'YYYY' END;
    lower_bound := date_trunc(rule.span, p_since AT TIME ZONE 'UTC');
    WHILE lower_bound <= p_until AT TIME ZONE 'UTC' LOOP
        upper_bound := lower_bound + ('1 ' || rule.span)::interval;
        child := p_parent || '_' || to_char(lower_bound, suffix);
        IF to_regclass('public.' || quote_ident(child)) IS NULL THEN
            -- The lock that ATTACH takes anyway; unlike an advisory one it makes this session see
            -- what another has just created.
            EXECUTE format('LOCK TABLE public.%I IN SHARE UPDATE EXCLUSIVE MODE', p_parent);
            IF to_regclass('public.' || quote_ident(child)) IS NULL THEN
                EXECUTE format(
                    'CREATE TABLE public.%I (LIKE public.%I INCLUDING DEFAULTS INCLUDING CONSTRAINTS '
                    'INCLUDING INDEXES INCLUDING STORAGE)', child, p_parent);
                IF rule.options IS NOT NULL THEN
                    EXECUTE format('ALTER TABLE public.%I SET (%s)', child, rule.options);
                END IF;
                EXECUTE format(
                    'ALTER TABLE public.%I ATTACH PARTITION public.%I FOR VALUES FROM (%L) TO (%L)',
                    p_parent, child,
                    lower_bound AT TIME ZONE 'UTC', upper_bound AT TIME ZONE 'UTC');
            END IF;
        END IF;
        lower_bound := upper_bound;
        n_seen := n_seen + 1;
        IF n_seen > 1200 THEN
            RAISE EXCEPTION 'ensure_partitions: % to % is more than 1200 partitions of %',
                p_since, p_until, p_parent;
        END IF;
    END LOOP;
END
$$;
