"""Moments in SQLite are text: it comes back as the same moment, and sorts as moments do."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import sqlite

from storage.tables.base import UtcDateTime

_ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
_MOMENTS = st.datetimes(datetime(1970, 1, 2), datetime(2999, 1, 1), timezones=_ZONES)  # noqa: DTZ001 - bounds

_dialect = sqlite.dialect()


def _way(found: Callable[[Any], Any] | None) -> Callable[[Any], Any]:
    assert found is not None
    return found


_write = _way(UtcDateTime().bind_processor(_dialect))
_read = _way(UtcDateTime().result_processor(_dialect, None))


@given(_MOMENTS, _MOMENTS)
def test_text_says_what_the_moments_say(one: datetime, other: datetime) -> None:
    assert _read(_write(one)) == one
    assert _read(_write(one)).tzinfo is UTC
    assert (_write(one) < _write(other)) == (one < other)
    assert len(_write(one)) == len(_write(other))


@pytest.mark.parametrize(
    "text", ["2026-05-04 09:30:00.000000", "2026-05-04 09:30:00", "2026-05-04 09:30:00+00:00"]
)
def test_older_ways_of_writing_are_read(text: str) -> None:
    assert _read(text) == datetime(2026, 5, 4, 9, 30, tzinfo=UTC)


def test_nothing_stays_nothing() -> None:
    assert _write(None) is None
    assert _read(None) is None


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="naive"):
        _write(datetime(2026, 5, 4, 9, 30))  # noqa: DTZ001 - that is the point
