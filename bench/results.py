"""What a run found: saved as JSON, read back as medians and as ratios within each round."""

import statistics
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

FOLDER = Path(__file__).parent / "results"

Rounds = dict[str, list[dict[str, float]]]


class Result(msgspec.Struct):
    """One run: each contender's rounds in order, its bursts, and the rounds of each size of database.

    `where` is CPU milliseconds per event by stage; `rules` has one round of many tries for each.
    """

    about: dict[str, str]
    skipped: dict[str, str]  # what could not be measured, and why
    rounds: Rounds
    bursts: Rounds = {}
    growth: Rounds = {}
    where: dict[str, float] = {}
    rules: Rounds = {}


def middle(rounds: Sequence[Mapping[str, float]] | None, measure: str) -> float | None:
    """Return the median of the measure over the rounds; None if none has it."""
    values = [one[measure] for one in rounds or () if measure in one]
    return statistics.median(values) if values else None


def ratio(found: Rounds, one: str, other: str, measure: str, of: str = "") -> float | None:
    """Return the median over the rounds of the measure in units of the other's, or of its `of`."""
    of = of or measure
    pairs = zip(found.get(one, ()), found.get(other, ()), strict=False)
    values = [mine[measure] / yours[of] for mine, yours in pairs if measure in mine and yours.get(of)]
    return statistics.median(values) if values else None


def save(result: Result, kind: str) -> Path:
    """Write the result beside the earlier ones and return its path."""
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / f"{time.strftime('%Y%m%d-%H%M%S')}-{kind}.json"
    path.write_bytes(msgspec.json.format(msgspec.json.encode(result), indent=2) + b"\n")
    return path


def newest() -> Result:
    """Read the newest result of a full run; raises FileNotFoundError when there is none."""
    paths = sorted(FOLDER.glob("*-full.json"))
    if not paths:
        raise FileNotFoundError("no result of a full run yet: python -m bench")
    return msgspec.json.decode(paths[-1].read_bytes(), type=Result)
