"""Read a configuration file whole: it is right, or nothing of it holds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType

from bot.configuration.document import HOME, Configuration
from bot.configuration.keys import FILE
from bot.configuration.problems import Mark, Problem, Report
from bot.configuration.reader import read_yaml
from bot.configuration.rules import check_rules
from bot.configuration.shapes import marks

_NONE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of a file: without problems it is a configuration, otherwise there is none.

    `marks` tells where each key stands, by its path; `more` whether there are problems beyond those listed.
    """

    configuration: Configuration | None
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    more: bool = False
    marks: Mapping[str, Mark] = field(default_factory=dict)


def is_organisation(repo: str) -> bool:
    """Tell whether the file of a repository (`owner/name`) is its organisation's."""
    return repo.lower().partition("/")[2] == HOME


def read_configuration(body: bytes, repo: str, filters: Mapping[str, str] = _NONE) -> Reading:
    """Read the file of a repository (`owner/name`), whatever its bytes are; raises nothing.

    `filters` are those that the organisation's file defines by name, for a repository's own to use.
    """
    report = Report()
    node = read_yaml(body, report)
    if node is not None:
        FILE.check(node, "", report)
        # What was too dear to parse, or not worth it any more, is not to be parsed after all.
        if report.room >= 0 and not report.full:
            check_rules(node, repo.lower(), filters, report)
    made = None if node is None or report.problems else FILE.made(node)
    return Reading(
        made,
        tuple(sorted(report.problems, key=_place)),
        tuple(sorted(report.warnings, key=_place)),
        report.more,
        {} if made is None or node is None else marks(node),
    )


@lru_cache(maxsize=256)
def read_accepted(text: str) -> Reading:
    """Read a version that came into force before: what other files say now does not make it wrong."""
    report = Report()
    node = read_yaml(text.encode(), report)
    if node is not None:
        FILE.check(node, "", report)
    if node is None or report.problems:
        return Reading(None, tuple(sorted(report.problems, key=_place)), more=report.more)
    return Reading(FILE.made(node), marks=marks(node))


def _place(problem: Problem) -> tuple[int, int]:
    return problem.line, problem.column
