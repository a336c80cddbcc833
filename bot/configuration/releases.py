"""Read what a repository says of its release notes in GitHub's own file and in release-drafter's."""

from collections.abc import Callable, Iterable

from bot.configuration.nodes import Items, Mapping, Node, Scalar
from bot.configuration.problems import Report
from bot.configuration.reader import read_yaml
from bot.filters import patterns
from bot.models import Category
from bot.notes.categories import meaning
from bot.notes.rules import Autolabel, Heading, RepositoryRules

GITHUB = (".github/release.yml", ".github/release.yaml")
DRAFTER = (".github/release-drafter.yml",)
# Beyond so many nobody reads them, and each pattern has its price.
_MOST = 40
_LONGEST = 100
_PROBLEMS = 3


def read_release_rules(path: str, body: bytes) -> RepositoryRules:
    """Read one of the two files, whatever its bytes are; what cannot be used is said in `problems`."""
    if not body.strip():
        return RepositoryRules(path, problems=(f"{path} is empty",))
    report = Report()
    node = read_yaml(body, report)
    problems = [f"{path}, line {one.line}: {one.message}" for one in report.problems[:1]]
    if node is None or problems:
        return RepositoryRules(path, problems=tuple(problems))
    if not isinstance(node, Mapping):
        return RepositoryRules(path, problems=(f"{path} holds no keys",))
    return _github(path, node) if path in GITHUB else _drafter(path, node, report)


def _github(path: str, node: Node) -> RepositoryRules:
    notes = _at(node, "changelog")
    exclude = _at(notes, "exclude")
    return RepositoryRules(
        path,
        headings=_headings(notes),
        excluded=_texts(_at(exclude, "labels")),
        excluded_authors=_texts(_at(exclude, "authors")),
    )


def _drafter(path: str, node: Node, report: Report) -> RepositoryRules:
    problems: list[str] = []
    if _at(node, "_extends") is not None:
        problems.append(f"{path} extends another repository's file, which is not read")
    found = [_autolabel(one, path, report, problems) for one in _items(_at(node, "autolabeler"))]
    return RepositoryRules(
        path,
        headings=_headings(node),
        excluded=_texts(_at(node, "exclude-labels")),
        excluded_authors=_texts(_at(node, "exclude-contributors")),
        included=_texts(_at(node, "include-labels")),
        autolabels=tuple(one for one in found if one.label),
        problems=tuple(problems[:_PROBLEMS]),
    )


def _headings(node: Node | None) -> tuple[Heading, ...]:
    found = []
    for one in _items(_at(node, "categories")):
        labels = (*_texts(_at(one, "labels")), *_texts(_at(one, "label")))
        exclude = _at(one, "exclude")
        title = " ".join(_text(_at(one, "title")).split())[:_LONGEST]
        if title and labels:
            without, authors = _texts(_at(exclude, "labels")), _texts(_at(exclude, "authors"))
            found.append(Heading(title, labels, _category(title, labels), without, authors))
    return tuple(found)


def _category(title: str, labels: Iterable[str]) -> Category | None:
    """Return what a heading means: by its own words, else by its labels."""
    meant = (meaning(words) for words in (title, *labels))
    return next((category for category in meant if category), None)


def _autolabel(node: Node, path: str, report: Report, problems: list[str]) -> Autolabel:
    label = _text(_at(node, "label")).lower()

    def usable(key: str, read: Callable[[str], str]) -> tuple[str, ...]:
        found = []
        for text in _texts(_at(node, key), lower=False):
            if not report.affords(1):
                problems.append(f"{path} has too many patterns; those of {label[:_LONGEST]} are not read")
                break
            try:
                found.append(read(text))
            except ValueError as error:
                report.wasted()
                problems.append(f"{path}: the autolabeler of {label[:_LONGEST]} is partly left out: {error}")
        return tuple(found)

    return Autolabel(
        label,
        files=usable("files", patterns.read_path),
        branches=usable("branch", patterns.read_pattern),
        titles=usable("title", patterns.read_pattern),
        bodies=usable("body", patterns.read_pattern),
    )


def _at(node: Node | None, key: str) -> Node | None:
    return node.entries[key][1] if isinstance(node, Mapping) and key in node.entries else None


def _items(node: Node | None) -> tuple[Node, ...]:
    return node.items[:_MOST] if isinstance(node, Items) else ()


def _text(node: Node | None) -> str:
    return node.text.strip() if isinstance(node, Scalar) else ""


def _texts(node: Node | None, *, lower: bool = True) -> tuple[str, ...]:
    """Return a list of texts, or one text alone, as both files allow."""
    nodes = _items(node) if isinstance(node, Items) else (node,)
    found = (_text(one)[: 2 * _LONGEST] for one in nodes)
    return tuple(one.lower() if lower else one for one in found if one)
