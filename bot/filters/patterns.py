"""Patterns that people write: globs for names and for paths, and regular expressions for titles.

All of them run on RE2, which no pattern can hang; what it would need too much memory for is refused.
"""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import TypeVar

import re2

LONGEST_PATTERN = 200
_MEMORY = 1 << 19
_MOST_INSTRUCTIONS = 2_000
T = TypeVar("T")
_FLAGS = {"i"}
_WILD = re.compile(r"[*?]|\[[^]]+\]")
# `**/` stands for any folders, none included, and what is left of `**` for anything.
_PIECE = re.compile(r"\*\*/|\*+|\?|\[!?[^]/]+\]|[^*?\[]+|\[")


def is_glob(pattern: str) -> bool:
    """Tell whether the pattern stands for more than itself."""
    return _WILD.search(pattern) is not None


@lru_cache(4096)
def glob(pattern: str) -> Callable[[str], bool]:
    """Return the test for a whole name, such as a branch: `*` is anything, `?` one, `[ab]` a or b."""
    return _test(f"^(?s:{_translated(pattern, star='.*', one='.')})$")


@lru_cache(4096)
def star(pattern: str) -> Callable[[str], bool]:
    """Return the test for a whole name in which only `*` is special, such as a label or a login."""
    return _test(f"^(?s:{'.*'.join(map(_literal, re.split('[*]+', pattern)))})$")


def matching_path(patterns: Iterable[str], paths: Iterable[str]) -> str:
    """Return the first path that the first fitting pattern matches, "" without any.

    A pattern is anchored to the root if a `/` stands before its end, and matches at any depth otherwise; `*`
    and `?` stop at `/`, `**` does not. What names a folder covers all that is in it, unless its last part
    holds `*`, `?` or `[`: `docs/*` is only what stands in `docs` itself.
    """
    # One search through all paths at once is many times faster than one search for each.
    text = _encoded("\n".join([path.replace("\n", "\ufffd") for path in paths]))
    for pattern in patterns:
        found = _any_path(pattern).search(text)
        if found is not None:
            return bytes(found[0]).decode("utf-8", "replace")
    return ""


def read_pattern(value: str) -> str:
    """Return `/pattern/flags` as it is; raises ValueError saying what is wrong with it."""
    _, _, flags = value.rpartition("/")
    body = value[1 : -1 - len(flags)]
    if not value.startswith("/") or len(value) < 3 or not body:
        raise ValueError("write a pattern between slashes, such as `title:/fix(es)?/i`")
    if len(body) > LONGEST_PATTERN:
        raise ValueError(f"keep the pattern under {LONGEST_PATTERN} characters")
    if unknown := sorted(set(flags) - _FLAGS):
        raise ValueError(f"after the last slash I know only `i` (capitals or not), no `{unknown[0]}`")
    compiled = _taken(lambda: _compile(body, fold=bool(flags)))
    if compiled.programsize > _MOST_INSTRUCTIONS:
        raise ValueError("this pattern is too large; make its repetitions smaller")
    return value


def read_glob(value: str) -> str:
    """Return a glob for names as it is; raises ValueError saying what is wrong with it."""
    _taken(lambda: glob(value))
    return value


def read_path(value: str) -> str:
    """Return a path pattern as it is; raises ValueError saying what is wrong with it."""
    if not value.strip("/"):
        raise ValueError("name a file or a folder, such as `path:src/api/**`")
    _taken(lambda: _any_path(value))
    return value


@lru_cache(1024)
def title(value: str) -> Callable[[str], bool]:
    """Return the test whether a `/pattern/flags` is found anywhere in a title."""
    body, _, flags = value[1:].rpartition("/")
    compiled = _compile(body, fold="i" in flags)
    return lambda text: compiled.search(_encoded(text)) is not None


@lru_cache(1024)
def _any_path(pattern: str) -> "re2._Regexp":
    """Return what finds a line that the path pattern matches."""
    folder = pattern.endswith("/")
    bare = pattern.rstrip("/")
    anchored = "/" in bare
    bare = bare.lstrip("/")
    last = bare.rpartition("/")[2]
    inside = "/.*" if folder else "" if is_glob(last) else "(?:/.*)?"
    body = _translated(bare, star=r"[^/\n]*", one=r"[^/\n]", deep=".*")
    return _compile(f"(?m)^{'' if anchored else '(?:.*/)?'}{body}{inside}$")


def _translated(pattern: str, *, star: str, one: str, deep: str | None = None) -> str:
    return "".join(_piece(piece, star, one, deep or star) for piece in _PIECE.findall(pattern))


def _piece(piece: str, star: str, one: str, deep: str) -> str:
    if piece == "**/" and deep != star:
        return "(?:.*/)?"
    if piece.startswith("*"):
        slash = "/" if piece.endswith("/") else ""
        return (star if len(piece.rstrip("/")) == 1 else deep) + slash
    if piece == "?":
        return one
    if piece.startswith("[") and len(piece) > 2:
        negated = piece[1] == "!"
        inner = re.sub(r"([\\\[\]^&~|])", r"\\\1", piece[1 + negated : -1])
        never = r"^/\n" if deep != star else "^"
        return f"[{never if negated else ''}{inner}]"
    return _literal(piece)


def _taken(compile_it: Callable[[], T]) -> T:
    try:
        return compile_it()
    except re2.error as error:
        reason = error.args[0] if error.args else ""
        said = reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)
        said = said.replace("`", "'")[:80]
        raise ValueError(f"this is no pattern that RE2 takes ({said})") from error


def _literal(text: str) -> str:
    return str(re2.escape(text))


def _test(pattern: str) -> Callable[[str], bool]:
    compiled = _compile(pattern)
    return lambda text: compiled.search(_encoded(text)) is not None


def _compile(pattern: str, *, fold: bool = False) -> "re2._Regexp":
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MEMORY
    options.never_capture = True
    options.case_sensitive = not fold
    return re2.compile(pattern, options)


def _encoded(text: str) -> bytes:
    """Return the text as RE2 takes it; lone halves of characters become question marks."""
    return text.encode("utf-8", "replace")
