"""How patient the ledger is with each kind of job, and which finished rows it may forget."""

import random
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Policy:
    """The delays between attempts, doubling from `first` to `longest` seconds, and the number of attempts.

    `forget` says that a finished job's row may go after a while, because something else than the row keeps
    its effect from happening twice: a message's `ts`, an e-mail's state. The rows of other kinds stay.
    """

    first: float = 1.0
    longest: float = 300.0
    attempts: int = 15
    forget: bool = False

    def delay(self, attempts: int) -> float:
        """Return the seconds until the next try after so many failures before this one, with jitter."""
        longest = min(self.first * 2.0 ** min(attempts, 60), self.longest)
        return random.uniform(longest / 2, longest)  # noqa: S311 - jitter is no secret


# About half an hour.
USUAL = Policy()
# The same, for what is guarded by facts of its own.
GUARDED = Policy(forget=True)
# A person looks at the screen: they would rather try again themselves than wait for more than a minute.
PERSON = Policy(first=0.5, longest=20.0, attempts=8, forget=True)
# Mail servers are away for hours, and ask strangers to come back in some minutes: about a day.
MAIL = Policy(first=10.0, longest=3600.0, attempts=32, forget=True)
# GitHub's outages take some hours, and a fact that nobody could fetch is a card that tells less.
REFRESH = Policy(first=2.0, longest=900.0, attempts=24, forget=True)
# The clock asks again soon.
TICK = Policy(first=1.0, longest=30.0, attempts=5, forget=True)
