-- The consumer's own schema; everything in it belongs to app_readonly.

DO $$
BEGIN
    IF to_regnamespace('appv2') IS NULL THEN
        CREATE SCHEMA appv2 AUTHORIZATION app_readonly;
    END IF;
END
$$;

SET LOCAL ROLE app_readonly;

CREATE TABLE IF NOT EXISTS appv2.users (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    username text NOT NULL UNIQUE,
    password_hash text NOT NULL,
    is_admin boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- How far the relay has read a stream.
CREATE TABLE IF NOT EXISTS appv2.relay_cursor (
    stream text PRIMARY KEY,
    last_id text NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE IF NOT EXISTS appv2.preferences (
    user_id bigint NOT NULL REFERENCES appv2.users (id) ON DELETE CASCADE,
    key text NOT NULL,
    value jsonb NOT NULL,
    PRIMARY KEY (user_id, key)
);

RESET ROLE;
