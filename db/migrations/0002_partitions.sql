-- Partitions are made before each write; there is no DEFAULT partition, because one row in it
-- would block the creation of the right one.

CREATE TABLE IF NOT EXISTS partition_rules (
    parent text PRIMARY KEY,
    span text NOT NULL CHECK (span IN ('day', 'month', 'year')),
    keep_for interval,
    keep_newest integer CHECK (keep_newest > 0)
);

COMMENT ON TABLE partition_rules IS
    'One row a partitioned table: what a partition covers (UTC), how long it is kept (keep_for) '
    'or how many are (keep_newest); neither: for ever';

CREATE OR REPLACE FUNCTION ensure_partitions(p_parent text, p_since timestamptz, p_until timestamptz)
RETURNS void
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    rule_span text;
    suffix text;
    lower_bound timestamp;
    upper_bound timestamp;
    child text;
    n_seen integer := 0;
BEGIN
    SELECT span INTO rule_span FROM public.partition_rules WHERE parent = p_parent;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'ensure_partitions: % has no row in partition_rules', p_parent;
    END IF;
    suffix := CASE rule_span WHEN 'day' THEN 'YYYY_MM_DD' WHEN 'month' THEN 'YYYY_MM' ELSE 'YYYY' END;
    lower_bound := date_trunc(rule_span, p_since AT TIME ZONE 'UTC');
    WHILE lower_bound <= p_until AT TIME ZONE 'UTC' LOOP
        upper_bound := lower_bound + ('1 ' || rule_span)::interval;
        child := p_parent || '_' || to_char(lower_bound, suffix);
        IF to_regclass('public.' || quote_ident(child)) IS NULL THEN
            -- The lock that ATTACH takes anyway; unlike an advisory one it makes this session see
            -- what another has just created.
            EXECUTE format('LOCK TABLE public.%I IN SHARE UPDATE EXCLUSIVE MODE', p_parent);
            IF to_regclass('public.' || quote_ident(child)) IS NULL THEN
                EXECUTE format(
                    'CREATE TABLE public.%I (LIKE public.%I INCLUDING DEFAULTS INCLUDING CONSTRAINTS '
                    'INCLUDING INDEXES INCLUDING STORAGE)', child, p_parent);
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

REVOKE ALL ON FUNCTION ensure_partitions(text, timestamptz, timestamptz) FROM PUBLIC;

CREATE OR REPLACE FUNCTION drop_expired_partitions(p_now timestamptz)
RETURNS SETOF text
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '5s'
AS $$
DECLARE
    expired text;
BEGIN
    FOR expired IN
        SELECT child.relname
        FROM (
            SELECT rule.*, relation.relname,
                   row_number() OVER (PARTITION BY rule.parent ORDER BY relation.relname DESC) AS age,
                   to_timestamp(
                       substr(relation.relname, length(rule.parent) + 2) || ' UTC',
                       CASE rule.span WHEN 'day' THEN 'YYYY_MM_DD TZ'
                                      WHEN 'month' THEN 'YYYY_MM TZ' ELSE 'YYYY TZ' END
                   ) AS lower_bound
            FROM public.partition_rules AS rule
            JOIN pg_inherits AS tree ON tree.inhparent = ('public.' || quote_ident(rule.parent))::regclass
            JOIN pg_class AS relation ON relation.oid = tree.inhrelid
        ) AS child
        WHERE child.lower_bound + ('1 ' || child.span)::interval < p_now - child.keep_for
           OR child.age > child.keep_newest
    LOOP
        EXECUTE format('DROP TABLE public.%I', expired);
        RETURN NEXT expired;
    END LOOP;
END
$$;

REVOKE ALL ON FUNCTION drop_expired_partitions(timestamptz) FROM PUBLIC;
