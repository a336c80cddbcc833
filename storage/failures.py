"""What can go wrong with a database: trouble with the engine, which passes, or a mistake in the work."""

import sqlite3

import psycopg
from sqlalchemy.exc import DBAPIError, OperationalError, PendingRollbackError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

# PostgreSQL's classes of errors that pass: connection, conflict, resources, locks, operator, system.
_PASSING = ("08", "25006", "25P03", "40", "53", "55", "57", "58")


class DatabaseUnavailable(Exception):
    """The database cannot take the work now; nothing of it was kept.

    Only when PostgreSQL breaks off in the middle of a commit can nobody know: whoever repeats a work must be
    able to stand that.
    """


def is_trouble(error: Exception) -> bool:
    """Tell trouble with the engine, which passes, from a mistake in the work."""
    origin = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(origin, sqlite3.OperationalError):
        return origin.sqlite_errorcode != sqlite3.SQLITE_ERROR
    if state := _state(origin):
        return state.startswith(_PASSING)
    if isinstance(error, DBAPIError):
        return isinstance(error, OperationalError) or error.connection_invalidated
    return isinstance(error, (OSError, PendingRollbackError, NoConnectionFree, psycopg.OperationalError))


def does_not_fit(error: Exception) -> bool:
    """Tell whether a value was too long, too large or of another kind than its column holds."""
    origin = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(origin, OverflowError):
        return True
    return _state(origin).startswith("22") or isinstance(getattr(origin, "__cause__", None), ValueError)


def _state(error: BaseException | None) -> str:
    return getattr(error, "sqlstate", None) or ""
