"""Weekly figures as a small chart of text, and the same in words."""

from collections.abc import Sequence
from datetime import date, timedelta
from enum import StrEnum

from blocks import kit, pulls
from blocks.kit import Block, Markup
from blocks.reminders.digest import span
from blocks.reminders.views import Figure, Week

# Below this many a median says little.
ENOUGH = 5

_WIDTH = 16
_EIGHTHS = " ▏▎▍▌▋▊▉"
_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Measure(StrEnum):
    """What a chart shows."""

    REVIEW = "first review"
    MERGE = "merge"


def chart(repo: str, weeks: Sequence[Week], measure: Measure) -> list[Block]:
    """Draw the medians of some weeks in working hours, from zero, and say them in words below.

    The last of the weeks is taken as unfinished. With fewer than five pull requests it says that instead.
    """
    figures = [week.review if measure is Measure.REVIEW else week.merge for week in weeks]
    total = sum(figure.count for figure in figures)
    head = kit.join(kit.bold(kit.cut(repo, 140)), f"Time to {measure}", sep=kit.DOT)
    if total < ENOUGH:
        counted, period = pulls.count(total, measure.value), pulls.count(len(weeks), "week")
        return [
            kit.section(head),
            kit.context(f"Not enough data yet: {counted} in {period}; the chart needs {ENOUGH}."),
        ]
    top = max(_working(figure) for figure in figures)
    rows = [
        _row(week.starts, figure, top, last=week is weeks[-1])
        for week, figure in zip(weeks, figures, strict=True)
    ]
    columns = f"{'week':>6} {'':<{_WIDTH}} {'working':>7} {'wall':>7} {'n':>4}"
    drawn = Markup("```\n" + "\n".join([columns, *rows]) + "\n```")
    return [kit.section(kit.lines([head, drawn])), kit.context(_words(weeks, figures))]


def hours(waited: timedelta) -> str:
    """Say how many hours something took, few of them to the tenth; below one, the minutes."""
    if waited < _HOUR:
        return span(waited)
    count = waited / _HOUR
    return f"{count:.1f} h" if count < 9.95 else f"{count:,.0f} h"


def _row(starts: date, figure: Figure, top: timedelta, *, last: bool) -> str:
    bar = _bar(_working(figure) / top if top else 0)
    working = hours(_working(figure)) if figure.count else "-"
    wall = span(figure.wall) if figure.wall is not None else "-"
    row = f"{_day(starts):>6} {bar:<{_WIDTH}} {working:>7} {wall:>7} {figure.count:>4,}"
    return f"{row} so far" if last else row


def _bar(share: float) -> str:
    """Return a bar of `share` of the width; what is not nothing shows at least a sliver."""
    eighths = max(round(share * _WIDTH * 8), 1 if share else 0)
    return "█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()


def _words(weeks: Sequence[Week], figures: Sequence[Figure]) -> str:
    """Say what the chart shows, for those who cannot see it."""
    told = [
        f"{_day(week.starts)} {hours(_working(figure))} ({figure.count:,})"
        for week, figure in zip(weeks, figures, strict=True)
        if figure.count
    ]
    return f"In words, median working hours by week, and how many: {', '.join(told)}. Bars start at zero."


def _working(figure: Figure) -> timedelta:
    """Return the median in whole minutes: what is called 0 min has no bar."""
    return (figure.working or timedelta()) // _MINUTE * _MINUTE


def _day(day: date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]}"
