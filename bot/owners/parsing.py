"""Reading a CODEOWNERS file as GitHub does: lines that it cannot use are skipped, and named."""

import re

from bot.owners.owners import Owners, Problem, Rule
from bot.owners.patterns import Pattern, read_pattern

LOCATIONS = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
"""Where the file may be; the first that exists is the one that counts."""

MAX_BYTES = 3 * 1024 * 1024
"""GitHub does not load a file that is not smaller."""

# Ours, not GitHub's: what some 50 ms are enough for. Ten thousand plain lines come to 90,000.
_MOST_LINES = 50_000
_WORK = 110_000

_LONGEST_LINE = 16_384
_MOST_OWNERS = 100
_MOST_PROBLEMS = 100
_OWNER = re.compile(r"@[A-Za-z0-9][A-Za-z0-9_-]{0,99}(?:/[A-Za-z0-9_.-]{1,100})?|[^@\s]{1,64}@[^@\s]{1,255}")
_ESCAPED_PATTERN = re.compile(r"(?:\\.|[^\\ \t])*+\\?+")


def parse(source: str | bytes) -> Owners:
    """Read the text of a file; never raises: whatever is wrong is among the problems."""
    data = source.encode("utf-8", "surrogatepass") if isinstance(source, str) else source
    if len(data) >= MAX_BYTES:
        return _refused("the file is not under 3 MB, so GitHub does not load it")
    try:
        text = data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        return _refused(f"line {data.count(10, 0, error.start) + 1} is not UTF-8, so the file is not used")
    if text.count("\n") >= _MOST_LINES:
        return _refused(f"the file has more than {_MOST_LINES:,} lines, so it is not used")
    rules: list[tuple[Rule, Pattern]] = []
    problems: list[Problem] = []
    known: dict[str, bool] = {}
    left = _WORK
    for number, raw in enumerate(text.split("\n"), 1):
        line = raw.strip()
        if not line or line[0] == "#":
            continue
        left -= _cost(line)
        if left < 0:
            return _refused(f"there is too much in the file from line {number:,} on, so it is not used")
        found = _line(line, known)
        if isinstance(found, str):
            problems.append(Problem(number, found))
        else:
            written, pattern, owners = found
            rules.append((Rule(number, written, owners), pattern))
    if len(problems) > _MOST_PROBLEMS:
        rest = len(problems) - _MOST_PROBLEMS
        problems[_MOST_PROBLEMS:] = [Problem(0, f"{rest:,} more lines are skipped")]
    return Owners.build(rules, problems)


def _refused(reason: str) -> Owners:
    return Owners(problems=(Problem(0, reason),))


def _cost(line: str) -> int:
    """Weigh what a line takes to read, by what is quickly counted; a unit is some 0.4 µs."""
    if len(line) > _LONGEST_LINE:
        return 5
    cost = 5 + len(line) // 16 + 2 * line.count("@")
    if "*" in line or "?" in line:
        cost += 2 * line.count("/") + line.count("*")
    return cost + 4 * line.count("\\")


def _line(line: str, known: dict[str, bool]) -> tuple[str, Pattern, tuple[str, ...]] | str:
    """Return the pattern as written and as read, and the owners; a string says why the line is skipped."""
    if len(line) > _LONGEST_LINE:
        return f"the line is longer than {_LONGEST_LINE:,} characters"
    if "\\" in line:
        found = _ESCAPED_PATTERN.match(line)
        end = found.end() if found else 0
        written, words = line[:end], line[end:].split(None, _MOST_OWNERS)
    else:
        written, *words = line.split(None, _MOST_OWNERS + 1)
    names: list[str] = []
    for word in words:
        if word[0] == "#":
            break
        good = known.get(word)
        if good is None:
            good = known[word] = _OWNER.fullmatch(word) is not None
        if len(names) == _MOST_OWNERS:
            return f"it has more than {_MOST_OWNERS} owners"
        if not good:
            return f"“{word[:60]}” is no owner: write @user, @organisation/team or an e-mail address"
        names.append(word)
    pattern = read_pattern(written)
    if isinstance(pattern, str):
        return pattern
    return written, pattern, tuple(dict.fromkeys(names) if len(names) > 1 else names)
