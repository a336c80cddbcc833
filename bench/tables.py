"""Lay what was found out in tables, for the terminal and for Markdown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.names import FLOOR, NAMES, PROBOT
from bench.results import Result, Rounds, middle, ratio
from bench.targets import OURS, TARGETS, Target


@dataclass(frozen=True, slots=True)
class Table:
    """A heading, the columns' names, and the rows; the first column is text, the others are numbers."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]

    def text(self) -> str:
        """Return it aligned, for a terminal."""
        lines = [self.head, *self.rows]
        widths = [max(len(line[at]) for line in lines) for at in range(len(self.head))]
        shown = [
            "  ".join(
                cell.ljust(width) if at == 0 else cell.rjust(width)
                for at, (cell, width) in enumerate(zip(line, widths, strict=True))
            ).rstrip()
            for line in lines
        ]
        return "\n".join([self.title.upper(), *shown])

    def markdown(self) -> str:
        """Return it as GitHub shows it."""
        rule = ["---", *["---:"] * (len(self.head) - 1)]
        return "\n".join("| " + " | ".join(line) + " |" for line in (self.head, rule, *self.rows))


# Column, and the measures that stand in it, parted by a slash.
_ROUND = {
    "acks/s": ("acks/s",),
    "ack p50/p99, ms": ("ack p50", "ack p99"),
    "posts/s": ("posts/s",),
    "CPU, ms/event": ("cpu",),
    "post p50/p99 at 20/s, ms": ("slow post p50", "slow post p99"),
    "CPU at 20/s": ("slow cpu",),
    "RSS, MB": ("rss",),
    "start, s": ("ready",),
}
_DOOR = {
    "acks/s": ("door acks/s",),
    "ack p50/p99, ms": ("door ack p50", "door ack p99"),
    "CPU, ms/event": ("door cpu",),
}
_BURST = {
    "ack p50/p99, ms": ("ack p50", "ack p99"),
    "drained after, s": ("drained after",),
    "webhook → post p50/p99, ms": ("post p50", "post p99"),
    "command p50/p99/max, ms": ("command p50", "command p99", "command max"),
    "CPU, ms/event": ("cpu",),
    "RSS growth, MB": ("rss growth",),
    "RSS, MB": ("rss",),
}
_GROWTH = {
    "post p50/p99 at 20/s, ms": ("slow post p50", "slow post p99"),
    "CPU at 20/s, ms/event": ("slow cpu",),
    "events of nobody/s": ("unfollowed/s",),
    "their CPU, ms/event": ("unfollowed cpu",),
    "RSS, MB": ("rss",),
    "start, s": ("ready",),
}
_RULES = {
    "CPU p50/p99, ms": ("cpu p50", "cpu p99"),
    "on the clock p50/p99, ms": ("wall p50", "wall p99"),
    "tries": ("tries",),
}


def tables(result: Result) -> list[Table]:
    """Return every table of the run."""
    found = [_targets(result), *([_where(result)] if result.where else [])]
    if result.rounds:
        beside = _table("Side by side", "what", result.rounds, _ROUND)
        found += [_with_skipped(beside, result), _ratios(result), _door(result.rounds)]
    if result.bursts:
        found.append(_table("Burst", "what", result.bursts, _BURST))
    if result.growth:
        found.append(_growth(result.growth))
    if result.rules:
        found.append(_table("Rules", "what", result.rules, _RULES))
    return found


def _targets(result: Result) -> Table:
    rows = [[target.text, *(_verdict(target, result, name) for name in OURS)] for target in TARGETS]
    return Table("Targets", ["target", *(name.removeprefix("PatchForge, ") for name in OURS)], rows)


def _verdict(target: Target, result: Result, name: str) -> str:
    value = target.read(result, name)
    return "not measured" if value is None and name not in result.rounds else target.verdict(value)


def _where(result: Result) -> Table:
    """Lay out what an event's CPU time is spent on, the most first."""
    whole = sum(result.where.values())
    rows = [
        [stage, f"{spent:.3f}", f"{100 * spent / whole:.0f} %"]
        for stage, spent in sorted(result.where.items(), key=lambda item: -item[1])
        if spent >= whole / 200
    ]
    sum_of_all = ["together", f"{whole:.3f}", "100 %"]
    return Table("Where the time goes, on SQLite", ["stage", "CPU, ms/event", "share"], [*rows, sum_of_all])


def _with_skipped(table: Table, result: Result) -> Table:
    """Add a row for each contender that was left out."""
    rows = [
        [f"{name}: not measured", *["-"] * (len(table.head) - 1)] for name in NAMES if name in result.skipped
    ]
    return Table(table.title, table.head, [*table.rows, *rows])


def _table(title: str, what: str, found: Rounds, columns: Mapping[str, Sequence[str]]) -> Table:
    rows = [
        [name, *(_cell(rounds, measures) for measures in columns.values())] for name, rounds in found.items()
    ]
    return Table(title, [what, *columns], rows)


def _cell(rounds: Sequence[Mapping[str, float]], measures: Sequence[str]) -> str:
    return " / ".join(_number(middle(rounds, measure)) for measure in measures)


def _ratios(result: Result) -> Table:
    columns = {
        "acks x Probot": ("acks/s", PROBOT),
        "posts x Probot": ("posts/s", PROBOT),
        "CPU x Probot": ("cpu", PROBOT),
        "acks x bare msgspec": ("acks/s", FLOOR),
        "CPU x bare msgspec": ("cpu", FLOOR),
    }
    rows = [
        [
            name,
            *(
                _number(ratio(result.rounds, name, other, measure), "x")
                for measure, other in columns.values()
            ),
        ]
        for name in result.rounds
    ]
    return Table("Ratios within each round", ["what", *columns], rows)


def _door(rounds: Rounds) -> Table:
    """Lay the door alone out, against the bare handler's best."""
    durable = {name: found for name, found in rounds.items() if name in OURS}
    plain = _table("The door alone: kept, of interest to nobody", "what", durable, _DOOR)
    times = [_number(ratio(rounds, name, FLOOR, "door acks/s", "acks/s"), "x") for name in durable]
    return _beside(plain, "acks x bare msgspec", times)


def _growth(growth: Rounds) -> Table:
    """Lay growth out, with each size's CPU against the smallest of its kind."""
    plain = _table("Growth on SQLite", "the database holds", growth, _GROWTH)
    smallest = {name.split()[1]: name for name in reversed(growth)}
    times = [_number(ratio(growth, name, smallest[name.split()[1]], "slow cpu"), "x") for name in growth]
    return _beside(plain, "CPU x smallest", times)


def _beside(table: Table, column: str, cells: Sequence[str]) -> Table:
    rows = [[*row, cell] for row, cell in zip(table.rows, cells, strict=True)]
    return Table(table.title, [*table.head, column], rows)


def _number(value: float | None, unit: str = "") -> str:
    if value is None:
        return "-"
    if not unit and value.is_integer():
        return f"{value:,.0f}"
    return (f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}") + unit
