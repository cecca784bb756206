-- The flow log: a row each time an event passes a checkpoint.

CREATE TABLE IF NOT EXISTS integration_events (
    "timestamp" timestamptz NOT NULL DEFAULT clock_timestamp(),
    flow_id uuid NOT NULL,
    event_type text NOT NULL,
    source_system text NOT NULL,
    checkpoint text NOT NULL,
    channel text,
    symbol text,
    pattern_name text,
    confidence numeric,
    user_count integer,
    details jsonb
) PARTITION BY RANGE ("timestamp");

CREATE INDEX IF NOT EXISTS integration_events_flow ON integration_events (flow_id, "timestamp");

CREATE INDEX IF NOT EXISTS integration_events_time ON integration_events ("timestamp");

INSERT INTO partition_rules (parent, span, keep_for)
VALUES ('integration_events', 'month', interval '30 days')
ON CONFLICT (parent) DO NOTHING;

-- A checkpoint's time is details.at (unix seconds, or ISO 8601) when it is plausible, else the clock.
CREATE OR REPLACE FUNCTION checkpoint_time(p_details jsonb)
RETURNS timestamptz
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    now_at timestamptz := clock_timestamp();
    stated timestamptz;
BEGIN
    IF jsonb_typeof(p_details) IS DISTINCT FROM 'object' THEN
        RETURN now_at;
    END IF;
    CASE jsonb_typeof(p_details -> 'at')
        WHEN 'number' THEN stated := to_timestamp((p_details ->> 'at')::double precision);
        WHEN 'string' THEN stated := (p_details ->> 'at')::timestamptz;
        ELSE RETURN now_at;
    END CASE;
    IF stated BETWEEN now_at - interval '1 year' AND now_at + interval '1 day' THEN
        RETURN stated;
    END IF;
    RETURN now_at;
EXCEPTION
    WHEN data_exception THEN
        RETURN now_at;
END
$$;

CREATE OR REPLACE FUNCTION log_integration_event(
    p_flow_id uuid,
    p_event_type text,
    p_source_system text,
    p_checkpoint text,
    p_channel text DEFAULT NULL,
    p_symbol text DEFAULT NULL,
    p_pattern_name text DEFAULT NULL,
    p_confidence numeric DEFAULT NULL,
    p_user_count integer DEFAULT NULL,
    p_details jsonb DEFAULT NULL
)
RETURNS void
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    at timestamptz := public.checkpoint_time(p_details);
BEGIN
    IF to_regclass('public.integration_events_' || to_char(at AT TIME ZONE 'UTC', 'YYYY_MM')) IS NULL
    THEN
        PERFORM public.ensure_partitions('integration_events', at, at);
    END IF;
    INSERT INTO public.integration_events
    VALUES (at, p_flow_id, p_event_type, p_source_system, p_checkpoint, p_channel, p_symbol,
            p_pattern_name, p_confidence, p_user_count, p_details);
END
$$;

REVOKE ALL ON FUNCTION log_integration_event(
    uuid, text, text, text, text, text, text, numeric, integer, jsonb) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION log_integration_event(
    uuid, text, text, text, text, text, text, numeric, integer, jsonb) TO app_readonly;

-- A row a flow. Each checkpoint counts with its first time, so that a retraction or a delivery
-- repeated after a crash changes no latency. As a function, because a view cannot pass a time
-- bound below its GROUP BY; the view is the function without bound.
CREATE OR REPLACE FUNCTION pattern_flows_since(p_since timestamptz)
RETURNS TABLE (
    flow_id uuid,
    start_time timestamptz,
    end_time timestamptz,
    total_latency_ms double precision,
    symbol text,
    pattern_name text,
    confidence numeric,
    users_notified integer,
    checkpoints_logged bigint,
    flow_path text,
    pattern_published_at timestamptz,
    event_received_at timestamptz,
    event_parsed_at timestamptz,
    websocket_delivered_at timestamptz
)
LANGUAGE sql
STABLE
AS $$
    SELECT step.flow_id,
           min(step.at),
           max(step.at),
           extract(epoch FROM max(step.at) - min(step.at))::double precision * 1000,
           max(step.symbol),
           max(step.pattern_name),
           max(step.confidence),
           coalesce(max(step.user_count), 0),
           count(*),
           string_agg(step.checkpoint, ' -> ' ORDER BY step.at, step.place),
           max(step.at) FILTER (WHERE step.checkpoint = 'PATTERN_PUBLISHED'),
           max(step.at) FILTER (WHERE step.checkpoint = 'EVENT_RECEIVED'),
           max(step.at) FILTER (WHERE step.checkpoint = 'EVENT_PARSED'),
           max(step.at) FILTER (WHERE step.checkpoint = 'WEBSOCKET_DELIVERED')
    FROM (
        SELECT logged.flow_id,
               logged.checkpoint,
               min(logged."timestamp") AS at,
               max(logged.symbol) AS symbol,
               max(logged.pattern_name) AS pattern_name,
               max(logged.confidence) AS confidence,
               max(logged.user_count) AS user_count,
               array_position(ARRAY['PATTERN_PUBLISHED', 'EVENT_RECEIVED', 'EVENT_PARSED',
                                    'WEBSOCKET_DELIVERED'], logged.checkpoint) AS place
        FROM integration_events AS logged
        WHERE logged."timestamp" >= p_since AND logged.event_type <> 'heartbeat'
        GROUP BY logged.flow_id, logged.checkpoint
    ) AS step
    GROUP BY step.flow_id
    HAVING bool_or(step.checkpoint IN ('PATTERN_PUBLISHED', 'EVENT_RECEIVED'))
$$;

CREATE OR REPLACE VIEW pattern_flow_analysis AS SELECT * FROM pattern_flows_since('-infinity');

GRANT SELECT ON pattern_flow_analysis TO app_readonly;
