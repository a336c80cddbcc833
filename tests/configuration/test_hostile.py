"""Whatever a file is, reading it ends soon, takes little memory, and says what is wrong."""

import gc
import json
import time
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.configuration.check_run import check_run
from bot.configuration.load import Reading, read_configuration
from bot.configuration.problems import MOST
from bot.configuration.reader import BYTES
from tests.configuration.hostile import GOOD, HARMLESS, HOSTILE, mutated

_MILLISECONDS = 50
_MEMORY = 8_000_000
HOME = "acme/.patchforge"


def consistent(reading: Reading) -> None:
    """Check that the reading is either right or says what is not, in places that may exist."""
    assert (reading.configuration is None) == bool(reading.problems)
    assert len(reading.problems) <= MOST
    for problem in (*reading.problems, *reading.warnings):
        assert problem.line >= 1
        assert problem.column >= 1
        assert problem.message
    assert check_run(reading).outputs


def timed(body: bytes) -> tuple[Reading, float]:
    """Read once and return the work it was in milliseconds.

    Time of this thread, not of the clock: others may use the machine; without collecting the garbage that the
    tests before have left.
    """
    gc.collect()
    gc.disable()
    try:
        before = time.thread_time()
        reading = read_configuration(body, HOME)
        return reading, (time.thread_time() - before) * 1_000
    finally:
        gc.enable()


@pytest.fixture(scope="module", autouse=True)
def _warm() -> None:
    """Let the zones and countries be read, which happens once."""
    assert read_configuration(GOOD, HOME).problems == ()
    read_configuration(GOOD.replace(b"Asia/Tokyo", b"Asia/Tokio").replace(b"JP", b"XX"), HOME)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_read_within_50_ms_of_work(name: str) -> None:
    # The first reading counts: later ones find filters that were parsed already.
    reading, spent = timed(HOSTILE[name])
    consistent(reading)
    assert reading.problems or name in HARMLESS
    assert spent < _MILLISECONDS


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_takes_little_memory(name: str) -> None:
    tracemalloc.start()
    try:
        read_configuration(HOSTILE[name], HOME)
        assert tracemalloc.get_traced_memory()[1] < _MEMORY
    finally:
        tracemalloc.stop()


@given(st.binary(max_size=2_000))
def test_no_bytes_make_it_raise(body: bytes) -> None:
    consistent(read_configuration(body, HOME))


@given(st.text(alphabet="ab:-[]{}&*!|>'\"%@`#?,<~ \n\t\\01.é\u202e", max_size=300))
def test_no_signs_make_it_raise(text: str) -> None:
    consistent(read_configuration(text.encode(), HOME))


@given(st.integers(0, 10**9))
def test_no_spoilt_file_makes_it_raise(seed: int) -> None:
    consistent(read_configuration(mutated(seed), HOME))


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
        max_leaves=20,
    ),
    st.sampled_from(("version", "filters", "subscriptions", "sla", "teams", "people", "reminders")),
)
def test_no_value_under_a_known_key_makes_it_raise(value: object, key: str) -> None:
    # JSON is YAML, too.
    consistent(read_configuration(json.dumps({"version": 1, key: value}).encode(), HOME))


def test_the_largest_right_file_is_read_within_50_ms_of_work() -> None:
    people = "".join(f"  login{n}: U0{n:08d}\n" for n in range(600))
    body = f"version: 1\npeople:\n{people}".encode()
    assert len(body) > BYTES * 0.8
    reading, spent = timed(body)
    assert reading.configuration is not None
    assert len(reading.configuration.people) == 600
    assert spent < _MILLISECONDS
