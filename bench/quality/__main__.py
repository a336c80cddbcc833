"""Judge what the bot writes: `python -m bench.quality [FILE]`."""

import argparse
from pathlib import Path

from bench.quality import notes

_DEFAULT = Path(__file__).resolve().parents[3] / "shared" / "eval" / "release_pairs.dev.jsonl"


def main() -> None:
    """Print how good the offline drafter is, and what a big draft costs."""
    parser = argparse.ArgumentParser(prog="python -m bench.quality", description=__doc__)
    parser.add_argument(
        "path",
        nargs="?",
        type=Path,
        default=_DEFAULT,
        help="changes with the notes that humans wrote, as JSON lines",
    )
    path = parser.parse_args().path
    if path.is_file():
        print(notes.report(notes.read(path)))
    else:
        print(f"There is no file {path}, so categories and texts are not judged: name one as PATH.")
    print(f"\n{notes.cost()}")


if __name__ == "__main__":
    main()
