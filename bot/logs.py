"""Structured logs: one event a line, as text for people or JSON for machines, without secrets."""

import json
import logging
import re
import sys
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Any
from urllib.parse import quote

import structlog
from pydantic import SecretStr
from sqlalchemy.engine import make_url

from bot.config import Settings

HIDDEN = "[redacted]"
# Characters of one value, and of a traceback: what the outside says may be as long as it likes.
LONGEST, LONGEST_TRACE = 2_000, 20_000

# Shorter ones would hide half of every line, and are no secrets.
_SHORTEST = 4
# What secrets look like that are not ours, or are cut.
_SHAPES = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)"
    r"|(?<![A-Za-z0-9])(?:xox[a-z]-|xapp-|gh[pousr]_|github_pat_|gsk_|sk-(?=[\w-]{16}))[\w.-]+"
    r"|(?<=://)[^/\s:@\"']*:[^/\s@\"']+(?=@)"
    r"|(?i:(?<=bearer )|(?<=basic ))[\w.~+/=-]{12,}",
    re.DOTALL,
)


class Redactor:
    """Replaces every secret of the settings, and all that looks like one, in what is about to be written."""

    def __init__(self, settings: Settings) -> None:
        forms = {form for secret in secrets_of(settings) for form in _forms(secret)}
        known = sorted((form for form in forms if len(form) >= _SHORTEST), key=len, reverse=True)
        self._known = re.compile("|".join(re.escape(form) for form in known) or r"(?!)")

    def __call__(self, _logger: Any, _method: str, line: Any) -> str:
        """Redact a rendered line, its traceback included: the last processor of the chain."""
        return self.redact(str(line))

    def redact(self, text: str) -> str:
        """Return the text without secrets."""
        return _SHAPES.sub(HIDDEN, self._known.sub(HIDDEN, text))


class Bound:
    """Cuts every value of an event to a length that a log can hold; both of its ends stay."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor

    def __call__(
        self, _logger: Any, _method: str, event: structlog.typing.EventDict
    ) -> structlog.typing.EventDict:
        """Cut what is too long."""
        for name, value in event.items():
            if value is None or isinstance(value, (bool, int, float)):
                continue
            text = value if isinstance(value, str) else repr(value)
            longest = LONGEST_TRACE if name == "exception" else LONGEST
            if len(text) > longest:
                # Half of a secret would no longer be known as one.
                event[name] = _cut(self._redactor.redact(text), longest)
        return event


def _cut(text: str, longest: int) -> str:
    left = len(text) - longest
    if left <= 0:
        return text
    head = longest // 2
    return f"{text[:head]}… ({left:,} characters cut) …{text[head + left :]}"


def secrets_of(settings: Settings) -> Iterator[str]:
    """Return every secret that the settings hold, in whatever setting it stands."""
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        for one in value if isinstance(value, tuple) else (value,):
            if isinstance(one, SecretStr):
                yield one.get_secret_value()
    if key := settings.app_private_key:
        yield key
        yield from (line for line in key.splitlines() if line and not line.startswith("-----"))
    if password := make_url(settings.database_url).password:
        yield str(password)


def _forms(secret: str) -> Iterable[str]:
    """Return how a secret may be spelt in a log: as it is, in an address, in a repr, and each in JSON."""
    for form in (secret, quote(secret, safe=""), repr(secret)[1:-1]):
        yield form
        yield json.dumps(form)[1:-1]


def _for_people() -> structlog.dev.ConsoleRenderer:
    # The prettier tracebacks show the values of variables, and so secrets.
    return structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
    )


def configure(settings: Settings) -> None:
    """Send structlog's and the libraries' logs to standard error in the format asked for."""
    as_json = settings.log_format == "json" or (settings.log_format is None and not sys.stderr.isatty())
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    redactor = Redactor(settings)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                Bound(redactor),
                structlog.processors.JSONRenderer() if as_json else _for_people(),
                redactor,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(settings.log_level)
    for chatty in ("httpx", "apscheduler", "alembic", "slack_bolt", "aiohttp.access", "httpcore"):
        logging.getLogger(chatty).setLevel(max(logging.WARNING, root.level))
    logging.captureWarnings(capture=True)
    sys.excepthook = _crashed


def _crashed(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Log what ends the process, where the interpreter would print it with its secrets."""
    logging.getLogger("bot").critical("process.crashed", exc_info=(kind, error, trace))
