"""How large a pull request is: a scale from xs to xl, and comparisons of the lines that it changes."""

import re

_SCALE = {"xs": (0, 9), "s": (10, 49), "m": (50, 249), "l": (250, 999), "xl": (1000, None)}
_COMPARED = re.compile(r"(<=|>=|<|>)\s*(\d{1,9})", re.ASCII)


def read_size(value: str) -> str:
    """Return `xs` to `xl`, or a comparison such as `<200`, in its one spelling; raises ValueError."""
    name = value.lower()
    if name in _SCALE:
        return name
    found = _COMPARED.fullmatch(value)
    if found is None:
        raise ValueError("write `xs`, `s`, `m`, `l`, `xl`, or a comparison such as `<200` or `>=500`")
    return f"{found[1]}{int(found[2])}"


def is_size(value: str, lines: int) -> bool:
    """Tell whether so many changed lines are of that size."""
    least, most = _range(value)
    return least <= lines and (most is None or lines <= most)


def edges(values: tuple[str, ...]) -> list[int]:
    """Return line counts that stand for all: where one of these sizes begins or ends, and just beyond."""
    found = {0}
    for value in values:
        least, most = _range(value)
        found |= {least - 1, least} | (set() if most is None else {most, most + 1})
    return sorted(count for count in found if count >= 0)


def name_of(lines: int) -> str:
    """Return the name of the size."""
    return next(name for name in _SCALE if is_size(name, lines))


def _range(value: str) -> tuple[int, int | None]:
    if value in _SCALE:
        return _SCALE[value]
    sign, count = value.rstrip("0123456789"), int(value.lstrip("<>="))
    ranges: dict[str, tuple[int, int | None]] = {
        "<": (0, count - 1),
        "<=": (0, count),
        ">": (count + 1, None),
        ">=": (count, None),
    }
    return ranges[sign]
