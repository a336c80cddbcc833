"""The tables of docs/whose-turn.md, made of rules and cases; `python -m tests.reviews.page` writes them."""

from collections.abc import Iterable
from pathlib import Path

from bot.reviews.turn import REASONS, RULES, Action, Reason
from tests.reviews.cases import CASES, Case

PATH = Path(__file__).parents[2] / "docs" / "whose-turn.md"


def rules() -> str:
    """Return the rules in their order."""
    rows = ((str(at), rule.when, rule.whose) for at, rule in enumerate(RULES, 1))
    return _table(("", "when", "whose turn it is"), rows)


def reasons() -> str:
    """Return what each action is called when it is told to the person who must do it."""
    rows = [(action.value, _reason(action)) for action in Action if action in REASONS]
    waits = "the author, while others act or checks run on what is approved"
    return _table(("what to do", "told as"), [*rows, (waits, Reason.APPROVED.value)])


def cases() -> str:
    """Return the table of cases."""
    rows = ((case.title, _who(case), case.action.value if case.who else "", case.why) for case in CASES)
    return _table(("the pull request, by maya", "whose turn", "to do", "because"), rows)


def filled(text: str) -> str:
    """Return the page with its tables as they should be."""
    for name, table in (("rules", rules()), ("reasons", reasons()), ("cases", cases())):
        begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
        before, _, rest = text.partition(begin)
        _, _, after = rest.partition(end)
        text = f"{before}{begin}\n\n{table}\n\n{end}{after}"
    return text


def _who(case: Case) -> str:
    return "closed: nobody's" if case.who is None else ", ".join(case.who) or "nobody's"


def _reason(action: Action) -> str:
    return REASONS[action].value


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    cells = [tuple(head), *(tuple(cell.replace("|", "\\|") for cell in row) for row in rows)]
    lines = [f"| {' | '.join(row)} |" for row in cells]
    return "\n".join([lines[0], "|" + "---|" * len(cells[0]), *lines[1:]])


if __name__ == "__main__":
    PATH.write_text(filled(PATH.read_text(encoding="utf-8")), encoding="utf-8")
