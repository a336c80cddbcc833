"""Webhook bodies as they are kept: compressed, which makes a tenth of them."""

import threading
import zlib

import zstandard

# zstd's level 1 takes half of what zlib's takes, both ways, and leaves less.
_LEVEL = 1


class _Tools(threading.local):
    """What compresses and what undoes it; each thread keeps its own, for making them takes long."""

    def __init__(self) -> None:
        self.compressor = zstandard.ZstdCompressor(level=_LEVEL)
        self.decompressor = zstandard.ZstdDecompressor()


_tools = _Tools()


def packed(body: bytes) -> bytes:
    """Return the body as it is kept."""
    return _tools.compressor.compress(body)


def unpacked(kept: bytes) -> bytes:
    """Return the body that was kept, by zlib if it is an old one; raises ValueError if it is none."""
    try:
        if kept.startswith(zstandard.FRAME_HEADER):
            return _tools.decompressor.decompress(kept)
        return zlib.decompress(kept)
    except (zstandard.ZstdError, zlib.error) as error:
        raise ValueError(f"its body cannot be unpacked: {error}") from error
