"""A pull request to judge, and strategies for filters and what they look at."""

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import strategies as st

from bot.errors import UserError
from bot.filters.clauses import Clause, Filter
from bot.filters.language import parse_filter
from bot.filters.seen import Event, Seen
from bot.filters.words import quote
from bot.models import Pull, PullState

MOMENT = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
PULL = Pull(
    id=1,
    repo_id=1,
    repo="Acme/hello",
    number=7,
    title="Fix: say hello",
    body="",
    author="Mona",
    author_is_bot=False,
    state=PullState.OPEN,
    draft=False,
    base="main",
    head="feature/hello",
    head_sha="0" * 40,
    from_fork=False,
    additions=30,
    deletions=12,
    changed_files=2,
    labels=("Bug", "good first issue", "area/api"),
    reviewers=("Lin",),
    teams=("backend",),
    assignees=("mona",),
    created_at=MOMENT,
    updated_at=MOMENT,
    closed_at=None,
    merged_at=None,
    merged_by=None,
    merge_sha=None,
)
SEEN = Seen(
    PULL,
    me="UMONA",
    paths=("src/api/pay.py", "docs/pay.md"),
    owners=("acme/backend", "kim", "docs@acme.dev"),
    reviewed=("Ole",),
    members={"acme/backend": ("mona", "lin"), "acme/docs": ("kim",), "acme/empty": ()},
    people={
        "UMONA": ("Mona",),
        "ULIN": ("lin",),
        "UGUEST": (),
        "SBACK": ("acme/backend",),
        "SDOCS": ("kim", "acme/docs"),
    },
    event=Event.APPROVED,
)


def read(text: str) -> Filter | None:
    """Read a filter; None if it is refused."""
    try:
        return parse_filter(text)
    except UserError:
        return None


_text = st.text(min_size=1, max_size=12)
_name = st.sampled_from(["mona", "lin", "kim", "dependabot[bot]", "l*", "*", "@me", "<@ULIN>", "<@UNONE>"])
_team = st.sampled_from(["@acme/backend", "@acme/none", "<!subteam^SBACK>", "<!subteam^SNONE>"])
_person = st.one_of(_name, _team)
VALUES = {
    "author": _person,
    "team": st.sampled_from(["backend", "acme/backend", "none", "<!subteam^SBACK>", "<!subteam^SDOCS>"]),
    "reviewer": _person,
    "assignee": _person,
    "codeowner": st.one_of(_person, st.just("docs@acme.dev")),
    "label": st.one_of(_text, st.sampled_from(["bug", "area/*", "*", "docs"])).map(quote),
    "path": st.one_of(_text, st.sampled_from(["*.py", "docs/", "src/**", "/api", "**/pay.*"])).map(quote),
    "base": st.one_of(_text, st.sampled_from(["main", "next", "ma*", "[mn]*"])).map(quote),
    "head": st.one_of(_text, st.sampled_from(["feature/*", "*"])).map(quote),
    "title": st.sampled_from(["/fix/i", '/^Fix: .*, "hello"$/', r"/a\/b c/", "/hello$/"]),
    "size": st.sampled_from(["xs", "s", "m", "xl", "<42", ">=42", "> 42", "<=41"]),
    "event": st.sampled_from([*Event, "re-requested", "CI failed"]).map(quote),
}
_FLAGS = st.tuples(st.sampled_from(["draft", "bot", "fork", "bots"]), st.sampled_from(["yes", "no"]))
CLAUSES = st.one_of(
    _FLAGS.map(":".join),
    *(
        st.builds(
            lambda minus, values, key=key: f"{minus}{key}:{','.join(values)}",
            st.sampled_from(["", "-"]),
            st.lists(values, min_size=1, max_size=3),
        )
        for key, values in VALUES.items()
    ),
)
FILTERS = st.lists(CLAUSES, max_size=6).map(" ".join).map(read).filter(lambda found: found is not None)
PULLS = st.builds(
    lambda draft, bot, labels, base, author, reviewers, teams: replace(
        PULL,
        draft=draft,
        author_is_bot=bot,
        labels=tuple(labels),
        base=base,
        author=author,
        reviewers=tuple(reviewers),
        teams=tuple(teams),
    ),
    st.booleans(),
    st.booleans(),
    st.lists(st.sampled_from(["a", "Bug", "area/api"]), unique=True),
    st.sampled_from(["main", "next"]),
    st.sampled_from([None, "mona", "lin", "dependabot[bot]"]),
    st.lists(st.sampled_from(["lin", "kim"]), unique=True),
    st.lists(st.sampled_from(["backend", "docs"]), unique=True),
)
_members = st.dictionaries(
    st.sampled_from(["acme/backend", "acme/docs", "acme/none"]), st.lists(st.sampled_from(["mona", "lin"]))
)
_people = st.dictionaries(
    st.sampled_from(["UMONA", "ULIN", "UNONE", "SBACK", "SDOCS", "SNONE"]),
    st.lists(st.sampled_from(["mona", "lin", "acme/backend"])),
)
SEENS = st.builds(
    Seen,
    PULLS,
    me=st.sampled_from(["UMONA", ""]),
    paths=st.none() | st.lists(st.sampled_from(["a.py", "docs/x.md", "src/api/pay.py"])).map(tuple),
    all_paths=st.booleans(),
    owners=st.none() | st.lists(st.sampled_from(["kim", "acme/backend", "docs@acme.dev"])),
    reviewed=st.none() | st.lists(st.sampled_from(["lin", "kim", "mona"])),
    members=_members,
    people=_people,
    event=st.none() | st.sampled_from(list(Event)),
)


def single(clause: Clause) -> Filter:
    """Return the filter of one clause."""
    return Filter((clause,))
