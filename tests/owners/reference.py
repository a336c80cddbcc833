"""A slow matcher, written straight from GitHub's and git's documentation, to compare with."""

from collections.abc import Sequence


def last_match(patterns: Sequence[str], path: str) -> int:
    """Return the number of the last pattern that matches, or -1."""
    return max((number for number, pattern in enumerate(patterns) if matches(pattern, path)), default=-1)


def matches(pattern: str, path: str) -> bool:
    """Tell whether a pattern takes in a file: the file itself, or a folder that it is in."""
    names = path.split("/")
    folder_only = pattern.endswith("/")
    pattern = pattern.removesuffix("/")
    # Without a slash at the beginning or in the middle it holds at any depth.
    anchored = "/" in pattern
    wanted = pattern.removeprefix("/").split("/")
    if not anchored:
        wanted = ["**", *wanted]
    # A trailing ** is everything inside.
    if wanted[-1] == "**":
        wanted = [*wanted, "*"]
        children_only = False
    else:
        # GitHub's own exception: `docs/*` does not take in what is nested further.
        children_only = anchored and not wanted[-1].strip("*") and not folder_only
    for end in range(1, len(names) + 1):
        is_file = end == len(names)
        if (folder_only and is_file) or (children_only and not is_file):
            continue
        if _segments(wanted, names[:end]):
            return True
    return False


def _segments(wanted: Sequence[str], names: Sequence[str]) -> bool:
    if not wanted:
        return not names
    if wanted[0] == "**":
        return any(_segments(wanted[1:], names[skipped:]) for skipped in range(len(names) + 1))
    return bool(names) and _name(wanted[0], names[0]) and _segments(wanted[1:], names[1:])


def _name(wanted: str, name: str) -> bool:
    if not wanted:
        return not name
    if wanted[0] == "*":
        return any(_name(wanted[1:], name[skipped:]) for skipped in range(len(name) + 1))
    if wanted[0] == "\\":
        return name[:1] == wanted[1:2] and _name(wanted[2:], name[1:])
    return bool(name) and wanted[0] in ("?", name[0]) and _name(wanted[1:], name[1:])
