"""Bodies come back as they were, whichever way they were kept."""

import zlib
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.bodies import packed, unpacked

_PAYLOAD = b'{"action":"opened","pull_request":{"title":"Retry cut uploads"}}' * 400


@given(st.binary(max_size=4096))
def test_a_body_comes_back_as_it_was(body: bytes) -> None:
    assert unpacked(packed(body)) == body


@given(st.binary(max_size=4096))
def test_a_body_from_when_zlib_compressed_them_is_read(body: bytes) -> None:
    assert unpacked(zlib.compress(body, 1)) == body


def test_a_payload_takes_a_tenth() -> None:
    assert len(packed(_PAYLOAD)) < len(_PAYLOAD) / 10


@pytest.mark.parametrize("kept", [b"", b"{}", packed(_PAYLOAD)[:-1], zlib.compress(_PAYLOAD)[:-1]])
def test_what_is_cut_off_or_nothing_of_ours_is_refused(kept: bytes) -> None:
    with pytest.raises(ValueError, match="cannot be unpacked"):
        unpacked(kept)


def test_threads_do_not_mix_their_bodies_up() -> None:
    bodies = [bytes([number]) * 50_000 for number in range(64)]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda body: unpacked(packed(body)), bodies)) == bodies
