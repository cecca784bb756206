-- Roles and default privileges. The objects belong to the role that migrates (app_readwrite);
-- app_readonly reads them and owns the schema appv2. Every migration can be applied twice,
-- because yoyo marks it as applied in a transaction of its own.

DO $$
DECLARE
    may_create boolean := (SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user);
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'app_readonly') THEN
        IF NOT may_create THEN
            RAISE EXCEPTION 'role app_readonly is missing and % may not create it', current_user
                USING HINT = 'As a superuser: CREATE ROLE app_readonly LOGIN PASSWORD ''...''';
        END IF;
        CREATE ROLE app_readonly LOGIN;
    END IF;
    IF NOT pg_has_role(current_user, 'app_readonly', 'MEMBER') THEN
        IF NOT may_create THEN
            RAISE EXCEPTION 'role % is no member of app_readonly', current_user
                USING HINT = format('As a superuser: GRANT app_readonly TO %I', current_user);
        END IF;
        EXECUTE format('GRANT app_readonly TO %I', current_user);
    END IF;
    IF NOT has_database_privilege(current_database(), 'CREATE')
       OR NOT has_schema_privilege('public', 'CREATE') THEN
        RAISE EXCEPTION 'role % may not create objects in database %', current_user, current_database()
            USING HINT = format('As a superuser: ALTER DATABASE %I OWNER TO %I',
                                current_database(), current_user);
    END IF;
END
$$;

GRANT USAGE ON SCHEMA public TO app_readonly;

ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO app_readonly;
