"""Write the table of docs/reliability.md; what stands outside its markers is kept."""

import os
import platform
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from battery.kit import ROOT
from battery.row import Row
from bot.models import SystemClock

PATH = ROOT / "docs" / "reliability.md"
_BEGIN, _END = "<!-- battery: begin -->", "<!-- battery: end -->"


def write(rows: Sequence[Row], seconds: float) -> None:
    """Put the table between the markers."""
    old = PATH.read_text(encoding="utf-8")
    before, _, rest = old.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    PATH.write_text(f"{before}{_BEGIN}\n\n{table(rows, seconds)}\n\n{_END}{after}", encoding="utf-8")


def table(rows: Sequence[Row], seconds: float) -> str:
    """Return the table with the day and the machine above it."""
    return "\n".join(
        [
            f"{_today():%Y-%m-%d}, {_machine()}, {seconds / 60:.0f} minutes, some rows beside others.",
            "",
            "| | what was tried | one try is one of | failed | s | expected | |",
            "|---|---|---|---|---|---|---|",
            *(_cells(row) for row in rows),
        ]
    )


def _cells(row: Row) -> str:
    one, count = row.experiment, row.count
    failed = "not tried" if row.lacks else f"{len(count.failures)} of {count.tries:,}"
    said = (row.lacks or count.said()).replace("|", "\\|")
    return f"| {one.test} | {one.what} | {one.unit} | {failed} | {row.seconds:.0f} | {one.seconds} | {said} |"


def _today() -> datetime:
    return SystemClock().now()


def _machine() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    model = names[0] if names else platform.machine()
    return f"{model}, {os.cpu_count()} cores, {memory:.0f} GiB, Python {platform.python_version()}"
