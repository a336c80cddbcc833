"""Named failures, so that whoever catches one knows what to do about it."""


class PatchForgeError(Exception):
    """Base of every failure that PatchForge names."""


class ConfigurationError(PatchForgeError):
    """A setting is missing or malformed; the text is one line that names the variable."""


class UserError(PatchForgeError):
    """The person can fix it; `sentence` says what to do next, escaped already if it is Markup.

    `pointer` may show, in lines of fixed width, the place of the mistake in what they typed.
    """

    def __init__(self, sentence: str, *, pointer: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.pointer = pointer


class RetryLater(PatchForgeError):
    """The outside did not take it now; try again.

    `after` is in seconds (None: the ledger's own backoff). `ambiguous` is True when the effect may have
    happened, so the next attempt must look before it repeats. `counts` is False when waiting is no failure.
    """

    def __init__(
        self, reason: str, *, after: float | None = None, ambiguous: bool = False, counts: bool = True
    ) -> None:
        super().__init__(reason)
        self.after = after
        self.ambiguous = ambiguous
        self.counts = counts


class RateLimited(RetryLater):
    """The outside said 429; nothing happened, and `after` is what it asked for in seconds."""

    def __init__(self, reason: str, *, after: float) -> None:
        super().__init__(reason, after=after, counts=False)


class Permanent(PatchForgeError):
    """The outside will never take it; the job is parked with this text as its reason.

    `code` is the outside's own word for it, such as Slack's `is_archived`.
    """

    def __init__(self, reason: str, *, code: str = "") -> None:
        super().__init__(reason)
        self.code = code


class LlmUnusable(PatchForgeError):
    """The language model gave no usable answer; fall back to the offline drafter."""
