"""What a file may say besides its shape: who may speak for whom, and what must fit together."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.configuration import nodes
from bot.configuration.document import HOME, Later, Reminder, Sla, Subscription, Team
from bot.configuration.keys import FILE, FILTER
from bot.configuration.nodes import Items, Node, broken
from bot.configuration.problems import TOO_MANY, Mark, Report, advice, below
from bot.configuration.reader import BYTES
from bot.configuration.shapes import ListOf, Named, Shape
from bot.filters.words import shown

_SHAPES = {key.name: key.shape for key in FILE.keys}


@dataclass(frozen=True, slots=True)
class _Found:
    """One value whose shape is right, with its path."""

    node: Node
    path: str
    value: object

    def at(self, key: str) -> Mark:
        """Return where a key of it stands, or it itself."""
        entries = self.node.entries if isinstance(self.node, nodes.Mapping) else {}
        return entries[key][0].at if key in entries else self.node.at


def check_rules(node: Node, repo: str, shared: Mapping[str, str], report: Report) -> None:
    """Report what the file of `repo` may not say; parts whose shape is wrong are left out."""
    if not isinstance(node, nodes.Mapping):
        return
    owner, _, name = repo.partition("/")
    organisation = name == HOME
    if "people" in node.entries and not organisation:
        report.problem(
            node.entries["people"][0].at,
            "people",
            f"Only the organisation's file, in `{owner}/{HOME}`, says who is who; delete `people` here.",
        )
    filters = {found.path.partition(".")[2]: found for found in _entries(node, "filters")}
    known = {name: str(found.value) for name, found in filters.items()}
    # What is wrong in itself is there all the same.
    texts = dict(shared) | dict.fromkeys(_names(node, "filters"), "") | known
    _subscriptions(node, repo if not organisation else f"{owner}/*", texts, report)
    for found in _entries(node, "teams"):
        _team(found, owner, organisation, report)
    _ladder(node, report)
    _reminders(node, report)
    if not organisation:
        _unused(node, filters, report)


def _entries(file: nodes.Mapping, key: str) -> list[_Found]:
    """Return the entries of a list, or the values of names, that are right in themselves."""
    node, shape = file.entries[key][1] if key in file.entries else None, _SHAPES[key]
    found: list[_Found | None] = []
    if isinstance(node, Items) and isinstance(shape, ListOf):
        found = [_sound(item, shape.shape, below(key, number)) for number, item in enumerate(node.items, 1)]
    elif isinstance(node, nodes.Mapping) and isinstance(shape, Named):
        found = [_sound(value, shape.shape, below(key, name)) for name, (_, value) in node.entries.items()]
    return [one for one in found if one]


def _sound(node: Node, shape: Shape, path: str) -> _Found | None:
    scratch = Report()
    shape.check(node, path, scratch)
    return None if scratch.problems or broken(node) else _Found(node, path, shape.made(node))


def _names(file: nodes.Mapping, key: str) -> list[str]:
    node = file.entries[key][1] if key in file.entries else None
    return list(node.entries) if isinstance(node, nodes.Mapping) else []


def _subscriptions(file: nodes.Mapping, scope: str, texts: dict[str, str], report: Report) -> None:
    seen: dict[tuple[str, str], Mark] = {}
    combined: set[str] = set()
    for found in _entries(file, "subscriptions"):
        wanted = found.value
        if not isinstance(wanted, Subscription):
            continue
        _scope(found, wanted, scope, report)
        _filters(found, wanted, texts, combined, report)
        pair = (wanted.channel.lower(), wanted.repo or scope)
        first = seen.setdefault(pair, found.node.at)
        if first is not found.node.at:
            report.problem(
                found.node.at,
                found.path,
                f"{shown(wanted.channel)} follows this repository already, by line {first.line}; keep one.",
            )


def _scope(found: _Found, wanted: Subscription, scope: str, report: Report) -> None:
    """Check that the file speaks for its own repository, or its organisation's, only."""
    owner = scope.split("/", 1)[0]
    path = below(found.path, "repo")
    if not scope.endswith("/*"):
        if wanted.repo not in {"", scope}:
            report.problem(
                found.at("repo"),
                path,
                f"A repository's file speaks for itself only; delete `repo: {wanted.repo}`.",
            )
    elif not wanted.repo:
        report.problem(
            found.node.at, path, f"The organisation's file must say which: add `repo: {owner}/*`, or one."
        )
    elif not wanted.repo.startswith(f"{owner}/"):
        report.problem(
            found.at("repo"), path, f"This file speaks for `{owner}` only; {shown(wanted.repo)} is another's."
        )
    for excluded in wanted.excluded:
        if not wanted.repo.endswith("/*") or not excluded.startswith(wanted.repo[:-1]):
            report.problem(
                found.at("excluded"),
                below(found.path, "excluded"),
                f"{shown(excluded)} is not part of {shown(wanted.repo or scope)}; delete it.",
            )


def _filters(
    found: _Found, wanted: Subscription, texts: dict[str, str], combined: set[str], report: Report
) -> None:
    path = below(found.path, "use")
    unknown = [name for name in wanted.use if name not in texts]
    for name in unknown:
        said = "" if report.full else advice(name, texts) if texts else "define it under `filters`."
        report.problem(found.at("use"), path, f"I don't know the filter {shown(name)}; {said}")
    if unknown or not wanted.use:
        return
    text = joined(wanted, texts)
    if text not in combined and not report.affords(FILTER.expressions(text)):
        report.problem(found.at("use"), path, TOO_MANY)
        return
    combined.add(text)
    if sum(map(len, combined)) > BYTES:
        report.problem(found.at("use"), path, "The filters of this file are too long together; shorten some.")
        return
    wrong = FILTER.read(text)[1]
    if wrong:
        report.problem(found.at("use"), path, f"These filters do not go together: {wrong}")


def joined(wanted: Subscription, texts: Mapping[str, str]) -> str:
    """Return the text of a subscription's named filters and its own; KeyError for an unknown name."""
    return " ".join(filter(None, (*(texts[name] for name in wanted.use), wanted.filter)))


def _team(found: _Found, owner: str, organisation: bool, report: Report) -> None:
    name = found.path.partition(".")[2].lower()
    if "/" in name and not name.startswith(f"{owner}/"):
        report.problem(found.node.at, found.path, f"This file speaks for the teams of `{owner}` only.")
    if isinstance(found.value, Team) and found.value.usergroup and not organisation:
        report.problem(
            found.at("usergroup"),
            below(found.path, "usergroup"),
            f"Only the organisation's file, in `{owner}/{HOME}`, names user groups; delete it here.",
        )


def _ladder(file: nodes.Mapping, report: Report) -> None:
    found = _sound(file.entries["sla"][1], _SHAPES["sla"], "sla") if "sla" in file.entries else None
    if not found or not isinstance(found.value, Sla):
        return
    steps = found.value.steps()
    if steps is None and found.value.ladder != Later():
        report.problem(
            found.at("ladder"),
            "sla.ladder",
            "Say from when on: add `hours`, after which the reviewer is told.",
        )
    elif steps and list(steps.hours) != sorted(set(steps.hours)):
        said = ", ".join(map(str, steps.hours))
        report.problem(
            found.at("ladder"),
            "sla.ladder",
            f"The hours of reviewer, author and channel must rise; they are {said}.",
        )


def _reminders(file: nodes.Mapping, report: Report) -> None:
    seen: dict[tuple[str, str], Mark] = {}
    for found in _entries(file, "reminders"):
        if isinstance(found.value, Reminder):
            first = seen.setdefault((found.value.channel.lower(), found.value.schedule), found.node.at)
            if first is not found.node.at:
                report.problem(found.node.at, found.path, f"Line {first.line} says the same; keep one.")


def _unused(file: nodes.Mapping, filters: dict[str, _Found], report: Report) -> None:
    used = {
        name
        for found in _entries(file, "subscriptions")
        if isinstance(found.value, Subscription)
        for name in found.value.use
    }
    for name, found in filters.items():
        if name not in used:
            report.warn(found.node.at, found.path, f"No subscription here uses the filter {shown(name)}.")
