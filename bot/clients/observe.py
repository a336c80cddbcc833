"""What can be told of each call to the outside: whom, what, how it went, how long it took."""

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bot.errors import LlmUnusable, Permanent, RateLimited, RetryLater


@dataclass(frozen=True, slots=True)
class Call:
    """One call to `slack`, `github`, `smtp` or `llm`.

    `outcome` is ok, rate_limited, retry, ambiguous (it may have taken effect), refused, or abandoned (by us);
    `seconds` it took, `wait` is for how many seconds the other side wants no more, `tokens` are those that a
    language model read and wrote.
    """

    service: str
    method: str
    outcome: str
    seconds: float
    wait: float = 0.0
    tokens: tuple[int, int] = (0, 0)


Observe = Callable[[Call], None]


def nobody(_call: Call) -> None:
    """Take no note."""


@contextlib.contextmanager
def observed(observe: Observe, service: str, method: str) -> Iterator[None]:
    """Tell of the call that the block makes; what it raises names the outcome."""
    started, outcome, wait = time.perf_counter(), "abandoned", 0.0
    try:
        yield
        outcome = "ok"
    except RateLimited as error:
        outcome, wait = "rate_limited", error.after or 0.0
        raise
    except RetryLater as error:
        outcome = "ambiguous" if error.ambiguous else "retry"
        raise
    except (Permanent, LlmUnusable):
        outcome = "refused"
        raise
    finally:
        observe(Call(service, method, outcome, time.perf_counter() - started, wait))
