"""Clean text at the door: what JSON lets through and databases do not."""

import re

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def clean(text: str | None) -> str:
    """Return the text without NUL and lone surrogates; None becomes empty."""
    return _UNSTORABLE.sub("\ufffd", text) if text else ""
