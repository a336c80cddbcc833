"""Find clauses that no pull request can pass together.

They are tried on samples that stand for all that their key can be. Where only the moment of judging could
tell (`@me`, the members of a team) they are left in peace: what is refused here can never match.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import reduce
from itertools import combinations
from operator import or_
from typing import NamedTuple

from bot.filters import patterns, people, sizes
from bot.filters.clauses import Clause
from bot.filters.keys import BY_NAME, Key
from bot.filters.seen import Event


class _Trial(NamedTuple):
    """Samples of which one must pass the clauses; `demand` is the clause that they come from, if one is."""

    demand: tuple[Clause, ...]
    clauses: list[Clause]
    samples: Sequence[str]
    refuses: Callable[[Clause, str], bool]


def find_clash(clauses: Sequence[Clause]) -> tuple[Clause, ...]:
    """Return clauses of one key that contradict each other, as few as are found; () if none do."""
    for name in dict.fromkeys(clause.key for clause in clauses):
        # Those that demand come first: `draft:yes` before `draft:no`.
        group = sorted((clause for clause in clauses if clause.key == name), key=lambda one: one.negated)
        for trial in _trials(BY_NAME[name], group):
            guilty = _guilty(trial)
            if guilty:
                return (*trial.demand, *guilty)
    return ()


def _trials(key: Key, group: list[Clause]) -> Iterator[_Trial]:
    if key.flag:
        yield _Trial((), group, ("yes", "no"), lambda one, sample: (sample == "yes") == one.negated)
        return
    if key.name == "event":
        yield _Trial((), group, tuple(Event), lambda one, sample: (sample in one.values) == one.negated)
        return
    if key.name == "size":
        counts = sizes.edges(tuple(value for clause in group for value in clause.values))
        yield _Trial((), group, [str(count) for count in counts], _other_size)
        return
    demands = [clause for clause in group if not clause.negated]
    for demand in demands:
        others = [clause for clause in group if clause is not demand and (clause.negated or key.one)]
        yield _Trial((demand,), others, demand.values, lambda one, sample: _refuses(key, one, sample))
    if key.one and not demands:
        yield _Trial((), group, ("*",), lambda one, sample: _refuses(key, one, sample))


def _guilty(trial: _Trial) -> tuple[Clause, ...]:
    """Return the fewest clauses found that refuse all samples together."""
    masks = {
        clause: sum(1 << at for at, sample in enumerate(trial.samples) if trial.refuses(clause, sample))
        for clause in trial.clauses
    }
    everything = (1 << len(trial.samples)) - 1
    for count in (1, 2):
        for chosen in combinations(masks, count):
            if reduce(or_, (masks[clause] for clause in chosen)) == everything:
                return chosen
    guilty = tuple(clause for clause, mask in masks.items() if mask)
    return guilty if reduce(or_, masks.values(), 0) == everything else ()


def _other_size(clause: Clause, sample: str) -> bool:
    return any(sizes.is_size(value, int(sample)) for value in clause.values) == clause.negated


def _refuses(key: Key, clause: Clause, sample: str) -> bool:
    """Tell whether the clause surely refuses all that the sample, itself a value of the key, stands for."""
    if clause.negated:
        return any(_covers(key, value, sample) for value in clause.values)
    return not any(_may_meet(key, value, sample) for value in clause.values)


def _covers(key: Key, value: str, sample: str) -> bool:
    """Tell whether the value surely fits all that the sample stands for."""
    if value == sample:
        return True
    if key.matches is None or (key.people and (people.is_symbol(value) or people.is_symbol(sample))):
        return False
    if patterns.is_glob(sample) and any(wild in value for wild in "?["):
        return False  # a `*` of the sample is more than the one character that these stand for
    return key.matches(value, sample)


def _may_meet(key: Key, value: str, sample: str) -> bool:
    """Tell whether something may fit both."""
    if key.matches is None or patterns.is_glob(sample):
        return True
    if not key.people:
        return key.matches(value, sample)
    if people.is_symbol(value) or people.is_symbol(sample):
        return True
    # A login stands for the app of that name, too.
    return key.matches(sample, value) or any(key.matches(value, f"{sample}{app}") for app in ("", "[bot]"))
