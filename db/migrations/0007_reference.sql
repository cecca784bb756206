-- What is known of symbols, universes, runs, jobs and errors, and which market this database holds.

CREATE TABLE IF NOT EXISTS market_identity (
    id text NOT NULL CHECK (id IN ('real', 'simulated', 'replay')),
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row)
);

CREATE TABLE IF NOT EXISTS symbols (
    symbol text PRIMARY KEY,
    name text NOT NULL,
    type text NOT NULL CHECK (type IN ('stock', 'etf')),
    active boolean NOT NULL DEFAULT true,
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- A universe is a row of type 'universe', known as name:key; its value is an array of symbols.
CREATE TABLE IF NOT EXISTS cache_entries (
    type text NOT NULL,
    name text NOT NULL,
    key text NOT NULL,
    value jsonb NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (type, name, key)
);

CREATE TABLE IF NOT EXISTS processing_runs (
    run_id text PRIMARY KEY,
    run_date date NOT NULL,
    start_time timestamptz NOT NULL,
    end_time timestamptz,
    status text NOT NULL,
    trigger_type text NOT NULL CHECK (trigger_type IN ('automatic', 'manual')),
    universe text NOT NULL,
    phases text[] NOT NULL,
    symbols_processed integer NOT NULL DEFAULT 0,
    symbols_failed integer NOT NULL DEFAULT 0,
    patterns_detected integer NOT NULL DEFAULT 0,
    indicators_calculated integer NOT NULL DEFAULT 0
);

CREATE INDEX IF NOT EXISTS processing_runs_start ON processing_runs (start_time);

CREATE TABLE IF NOT EXISTS jobs (
    job_id text PRIMARY KEY,
    job_type text NOT NULL,
    payload jsonb NOT NULL,
    requested_by text,
    status text NOT NULL CHECK (status IN ('queued', 'running', 'completed', 'completed_with_errors',
                                           'failed', 'cancelling', 'cancelled')),
    progress smallint NOT NULL DEFAULT 0 CHECK (progress BETWEEN 0 AND 100),
    message text NOT NULL DEFAULT '',
    current_symbol text,
    processed_symbols integer NOT NULL DEFAULT 0,
    total_symbols integer NOT NULL DEFAULT 0,
    submitted_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    started_at timestamptz,
    completed_at timestamptz,
    error_message text
);

CREATE INDEX IF NOT EXISTS jobs_submitted ON jobs (submitted_at);

CREATE TABLE IF NOT EXISTS error_logs (
    error_id text PRIMARY KEY,
    "timestamp" timestamptz NOT NULL DEFAULT clock_timestamp(),
    source text NOT NULL,
    severity text NOT NULL CHECK (severity IN ('debug', 'info', 'warning', 'error', 'critical')),
    category text NOT NULL,
    component text NOT NULL,
    message text NOT NULL,
    traceback text,
    context jsonb NOT NULL DEFAULT '{}'
);

CREATE INDEX IF NOT EXISTS error_logs_time ON error_logs ("timestamp");
