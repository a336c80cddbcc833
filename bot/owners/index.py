"""The index over rules: most are found by looking up a folder or a name, the rest by stepping through."""

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from bot.owners.patterns import DEEP, STAR, End, Glob, Pattern, Segment

# What some 50 ms are enough for; five thousand ordinary rules over three thousand files take a third.
_WORK = 80_000
_NONE = -1


class TooMuchWork(Exception):
    """The rules and paths together would take too long."""


class _State(NamedTuple):
    """A rule that has matched so far: what it still wants of the path."""

    number: int
    segments: tuple[Segment, ...]
    end: End


class _Folder(NamedTuple):
    """What is known below a folder: the last rule that takes in all of it, and those that go on."""

    number: int
    states: tuple[_State, ...]


class _Names:
    """The rules for one name at any depth, by the name itself or by how a wildcard's ends look."""

    def __init__(self) -> None:
        self.whole: dict[str, int] = {}
        self._endings: dict[str, list[tuple[int, Glob]]] = defaultdict(list)
        self._beginnings: dict[str, list[tuple[int, Glob]]] = defaultdict(list)
        self._lengths: tuple[set[int], set[int]] = (set(), set())

    def add(self, number: int, segment: str | Glob) -> None:
        if isinstance(segment, str):
            self.whole[segment] = number
            return
        beginning, ending = ("", "") if segment.wild else (segment.pieces[0], segment.pieces[-1])
        if ending or not beginning:
            self._endings[ending].append((number, segment))
            self._lengths[1].add(len(ending))
        else:
            self._beginnings[beginning].append((number, segment))
            self._lengths[0].add(len(beginning))

    def lists(self, name: str) -> Iterator[list[tuple[int, Glob]]]:
        """Yield the rules that may match, the earliest first in each list."""
        for length in self._lengths[0]:
            if found := self._beginnings.get(name[:length]):
                yield found
        for length in self._lengths[1]:
            if found := self._endings.get(name[-length:] if length else ""):
                yield found

    @property
    def looks(self) -> int:
        return len(self._lengths[0]) + len(self._lengths[1])


class Index:
    """Rules by what is looked up first: the folder they are anchored in, or a name at any depth."""

    def __init__(self) -> None:
        self.inside: dict[str, int] = {}
        """All that is below a folder."""
        self.at: dict[str, int] = {}
        """Exactly this path."""
        self.children: dict[str, int] = {}
        """The files right in a folder."""
        self.folders, self.names = _Names(), _Names()
        self.entering: dict[str, list[_State]] = defaultdict(list)
        """What goes on below a folder, by its path."""
        self.following: dict[str, list[_State]] = defaultdict(list)
        """What goes on below a folder, by its name."""

    def add(self, number: int, pattern: Pattern) -> None:
        """Add a rule, whose number is higher than all before it."""
        segments, end, literal = pattern
        # The pattern begins at the root, so what is literal is a path.
        path = "/".join(segments[:literal])  # type: ignore[arg-type]  # those are the literal ones
        rest = segments[literal:]
        if not rest:
            self.inside[path] = number
            if end is End.ANY:
                self.at[path] = number
        elif rest == (STAR,) and end is End.FILE:
            self.children[path] = number
        elif rest == (DEEP, STAR) and end is not End.FOLDER:
            self.inside[path] = number
        elif not path and len(rest) == 2 and rest[0] is DEEP and rest[1] is not DEEP and end is not End.FILE:
            self.folders.add(number, rest[1])
            if end is End.ANY:
                self.names.add(number, rest[1])
        elif not path and rest[0] is DEEP and isinstance(rest[1], str):
            self.following[rest[1]].append(_State(number, rest[2:], end))
        else:
            self.entering[path].append(_State(number, rest, end))


class Walk:
    """One walk over many paths, which remembers every folder it has seen and counts its work."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._left = _WORK
        self._folders = {"": _Folder(index.inside.get("", _NONE), tuple(index.entering.get("", ())))}
        self._folder_names: dict[str, int] = {}
        self._file_names: dict[str, int] = {}

    def last_match(self, path: str) -> int:
        """Return the number of the last rule that matches, or -1; raises TooMuchWork."""
        index = self._index
        parent, _, name = path.rpartition("/")
        below = self._folders.get(parent) or self._below(parent)
        named = self._file_names.get(name)
        if named is None:
            named = self._file_names[name] = self._last_named(index.names, name)
        best = max(below.number, named, index.at.get(path, _NONE), index.children.get(parent, _NONE))
        for number, segments, end in below.states:
            if number > best and end is not End.FOLDER and not all(self._step(segments, name)):
                best = number
        return best

    def _below(self, path: str) -> _Folder:
        """Find out what holds below a folder, coming down from the nearest one that is known."""
        parent, _, name = path.rpartition("/")
        missing = [(path, name)]
        while parent not in self._folders:
            path = parent
            parent, _, name = path.rpartition("/")
            missing.append((path, name))
            self._spend(1 + len(path) // 64)
        folder = self._folders[parent]
        for here, name in reversed(missing):
            folder = self._folders[here] = self._enter(folder, here, name)
        return folder

    def _enter(self, parent: _Folder, path: str, name: str) -> _Folder:
        index = self._index
        named = self._folder_names.get(name)
        if named is None:
            named = self._folder_names[name] = self._last_named(index.folders, name)
        best = max(parent.number, named, index.inside.get(path, _NONE))
        states = [*index.entering.get(path, ()), *index.following.get(name, ())]
        for state in parent.states:
            if state.number <= best:
                continue
            for rest in self._step(state.segments, name):
                if rest:
                    states.append(_State(state.number, rest, state.end))
                elif state.end is not End.FILE:
                    best = max(best, state.number)
        if not states:
            return _Folder(best, ())
        self._spend(len(states))
        return _Folder(best, tuple(dict.fromkeys(state for state in states if state.number > best)))

    def _step(self, segments: tuple[Segment, ...], name: str) -> list[tuple[Segment, ...]]:
        """Return what a rule wants after this name: more than one where `**` may stop here or go on."""
        at = 1 if segments[0] is DEEP else 0
        segment = segments[at]
        self._spend(1)
        if isinstance(segment, Glob):
            self._spend(segment.cost(name))
            fits = segment.fits(name)
        else:
            fits = segment == name
        return [*([segments] if at else ()), *([segments[at + 1 :]] if fits else ())]

    def _last_named(self, names: _Names, name: str) -> int:
        """Return the last of the rules for a mere name that match it."""
        best = names.whole.get(name, _NONE)
        self._spend(1 + names.looks // 2)
        for candidates in names.lists(name):
            for number, glob in reversed(candidates):
                if number <= best:
                    break
                self._spend(glob.cost(name))
                if glob.fits(name):
                    best = number
                    break
        return best

    def _spend(self, steps: int) -> None:
        self._left -= steps
        if self._left < 0:
            raise TooMuchWork
