"""Keep markets apart: a database holds one market and says which."""

from contextlib import closing

import psycopg2
import psycopg2.errors

from service.errors import Rejected, Unavailable

_CONNECT_TIMEOUT_S = 5


def claim(url: str, market: str) -> None:
    """Mark an unmarked database as `market`'s.

    Raises Rejected when it holds another market, Unavailable when PostgreSQL does not answer.
    """
    found = _ask(url, "INSERT INTO market_identity (id) VALUES (%s) ON CONFLICT DO NOTHING", market)
    _compare(found, market)


def check(url: str, market: str) -> None:
    """Raise Rejected unless the database holds `market`; Unavailable when it does not answer."""
    _compare(_ask(url, "", market), market)


def _ask(url: str, first: str, market: str) -> str | None:
    try:
        connection = psycopg2.connect(url, connect_timeout=_CONNECT_TIMEOUT_S)
        with closing(connection), connection, connection.cursor() as cursor:
            if first:
                cursor.execute(first, (market,))
            cursor.execute("SELECT id FROM market_identity")
            row = cursor.fetchone()
    except psycopg2.OperationalError as error:
        raise Unavailable("PostgreSQL", str(error).strip()) from error
    except psycopg2.errors.UndefinedTable as error:
        detail = "DATABASE_URL: expected a migrated database; run `python -m pl migrate`"
        raise Rejected("old_schema", detail) from error
    return str(row[0]) if row else None


def _compare(found: str | None, market: str) -> None:
    if found != market:
        holds = f"holds the {found} market" if found else "is marked for no market"
        raise Rejected("wrong_market", f"PL_MARKET: expected a database of {market}, this {holds}")
