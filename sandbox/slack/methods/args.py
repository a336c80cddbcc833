"""The arguments of an API call, sent as a query, a form or JSON."""

import json
from collections.abc import Mapping
from typing import Any

from sandbox.slack.models import SlackError


class Args:
    """Reads arguments as Slack does: a form's strings and JSON's values mean the same."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self.raw = raw

    def __contains__(self, name: str) -> bool:
        return self.raw.get(name) is not None

    def text(self, name: str, default: str = "") -> str:
        """Return an argument as text."""
        value = self.raw.get(name)
        return default if value is None else str(value)

    def need(self, name: str, code: str = "invalid_arguments") -> str:
        """Return a required argument, or refuse the call."""
        value = self.text(name)
        if not value:
            details = {"response_metadata": {"messages": [f"[ERROR] missing required field: {name}"]}}
            raise SlackError(code, **(details if code == "invalid_arguments" else {}))
        return value

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Return an argument as a boolean; forms send `true` or `1`."""
        value = self.raw.get(name)
        if value is None:
            return default
        return value is True or str(value).lower() in {"true", "1"}

    def limit(self, default: int, most: int) -> int:
        """Return `limit`, which must be a positive number; more than `most` is cut."""
        text = self.text("limit", str(default))
        if not text.isdecimal() or int(text) < 1:
            raise SlackError("invalid_limit")
        return min(int(text), most)

    def json(self, name: str, code: str = "invalid_arguments") -> Any:
        """Return an argument that is JSON, itself encoded as a string or not; None when absent."""
        value = self.raw.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError:
            raise SlackError(code) from None
