"""The table of cases: a pull request of maya's in words, its facts, and whose turn it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from bot.models import Check, CheckState, Comment, Pull, PullFacts, PullState, Review, Verdict
from bot.owners.waiting import Need
from bot.reviews.standing import Around
from bot.reviews.turn import Action

NOW = datetime(2026, 5, 4, tzinfo=UTC)
PULL = Pull(
    id=1, repo_id=1, repo="acme/web", number=1, title="", body="", author="maya", author_is_bot=False,
    state=PullState.OPEN, draft=False, base="main", head="topic", head_sha="a", from_fork=False,
    additions=0, deletions=0, changed_files=0, labels=(), reviewers=(), teams=(), assignees=(),
    created_at=NOW, updated_at=NOW, closed_at=None, merged_at=None, merged_by=None, merge_sha=None,
)  # fmt: skip
YES, NO, SAID, GONE = Verdict.APPROVED, Verdict.CHANGES_REQUESTED, Verdict.COMMENTED, Verdict.DISMISSED
PASSED, FAILED, RUNNING = CheckState.PASSED, CheckState.FAILED, CheckState.RUNNING
OMAR, ZOE, CORE = {"reviewers": ("omar",)}, {"reviewers": ("zoe",)}, {"teams": ("core",)}
BOT = {"author": "dependabot[bot]", "author_is_bot": True}
COPILOT = "copilot[bot]"
A = Action

Spoken = tuple[str | None, Verdict] | tuple[str | None, Verdict, str]


@dataclass(frozen=True)
class Case:
    """One row: reviews come a minute apart from minute 1, and so do comments from minute 11."""

    title: str
    who: tuple[str, ...] | None
    action: Action = Action.NOBODY
    why: str = ""
    pull: Mapping[str, object] = field(default_factory=dict)
    said: Sequence[Spoken] = ()
    ran: Sequence[CheckState] = ()
    wrote: Sequence[tuple[str | None, str]] = ()
    pushed: int | None = None
    around: Around = field(default_factory=Around)

    @property
    def facts(self) -> PullFacts:
        """Return the facts of the row."""
        return PullFacts(
            replace(PULL, **self.pull),  # type: ignore[arg-type]  # the table names fields
            tuple(
                review(number, login, verdict, *body)
                for number, (login, verdict, *body) in enumerate(self.said, 1)
            ),
            tuple(Check("run", f"check-{number}", state, None) for number, state in enumerate(self.ran)),
        )

    @property
    def beyond(self) -> Around:
        """Return what is known around them."""
        wrote = tuple(comment(number, *said) for number, said in enumerate(self.wrote, 11))
        return replace(self.around, comments=wrote, pushed_at=at(self.pushed))


def at(minute: int | None) -> datetime | None:
    """Return a moment of that day."""
    return None if minute is None else NOW + timedelta(minutes=minute)


def review(number: int, login: str | None, verdict: Verdict, body: str = "") -> Review:
    """Return the review of that minute."""
    return Review(number, 1, login, verdict, body, "", NOW + timedelta(minutes=number))


def comment(number: int, login: str | None, body: str) -> Comment:
    """Return the comment of that minute."""
    is_bot = login == "Copilot" or (login or "").endswith("[bot]")
    return Comment(number, 1, login, is_bot, body, None, None, "", NOW + timedelta(minutes=number))


def need(*owners: str, patterns: tuple[str, ...] = ("storage/**",)) -> Around:
    """Return that nobody of these owners has approved."""
    return Around(needs=(Need(owners, patterns, 1, ()),))


def team(*members: str) -> Around:
    """Return that these are the core team."""
    return Around(members={"acme/core": members})


def merge(state: str) -> Around:
    """Return what GitHub says of merging."""
    return Around(merge_state=state)


MAYA = ("maya",)
REQUESTED, AGAIN, READY = "review requested", "review requested again", "approved, ready to merge"
NOT_YET = "nobody is asked to review yet"
ASKED, CHANGES = "omar asked a question", "omar asked for changes"
OWNER = "a code owner must approve"
CASES = (
    Case("it is closed", None, pull=OMAR | {"state": PullState.CLOSED}),
    Case("it is merged", None, pull=OMAR | {"state": PullState.MERGED}, said=[("omar", YES)]),
    Case("nobody is asked", (), A.NOBODY, NOT_YET),
    Case("nobody is asked, checks are running", (), A.NOBODY, NOT_YET, ran=[RUNNING]),
    Case("omar only remarked something", (), A.NOBODY, NOT_YET, said=[("omar", SAID, "nice")]),
    Case("maya reviewed it herself", (), A.NOBODY, NOT_YET, said=[("maya", SAID, "why so?")]),
    Case("maya approved it herself", (), A.NOBODY, NOT_YET, said=[("maya", YES)]),
    Case("it is a draft", MAYA, A.MARK_READY, "still a draft", {"draft": True}),
    Case("a draft whose check failed", MAYA, A.MARK_READY, "still a draft", {"draft": True}, ran=[FAILED]),
    Case("a draft that omar is asked for", MAYA, A.MARK_READY, "still a draft", OMAR | {"draft": True}),
    Case("a draft with code owners", MAYA, A.MARK_READY, "still a draft", {"draft": True},
         around=need("@zoe")),
    Case("omar is asked", ("omar",), A.REVIEW, REQUESTED, OMAR),
    Case("omar and zoe are asked", ("omar", "zoe"), A.REVIEW, REQUESTED, {"reviewers": ("omar", "zoe")}),
    Case("omar is asked, checks are running", ("omar",), A.REVIEW, REQUESTED, OMAR, ran=[RUNNING]),
    Case("zoe is asked, omar approved", ("zoe",), A.REVIEW, REQUESTED, ZOE, [("omar", YES)]),
    Case("zoe is asked, omar is asked again after approving", ("omar", "zoe"), A.REVIEW, REQUESTED,
         {"reviewers": ("omar", "zoe")}, [("omar", YES)]),
    Case("omar is asked again after approving", ("omar",), A.REVIEW_AGAIN, AGAIN, OMAR, [("omar", YES)]),
    Case("omar is asked again after a remark", ("omar",), A.REVIEW_AGAIN, AGAIN, OMAR, [("omar", SAID)]),
    Case("omar is asked, a check failed", MAYA, A.FIX_CHECKS, "check-0 failed", OMAR, ran=[FAILED, RUNNING]),
    Case("two checks failed", MAYA, A.FIX_CHECKS, "2 checks failed", ran=[FAILED, FAILED, PASSED]),
    Case("approved, then a check failed", MAYA, A.FIX_CHECKS, "check-0 failed", said=[("omar", YES)],
         ran=[FAILED]),
    Case("it conflicts with main", MAYA, A.RESOLVE_CONFLICTS, "conflicts with main", OMAR,
         around=merge("dirty")),
    Case("it conflicts and a check failed", MAYA, A.RESOLVE_CONFLICTS, "conflicts with main", ran=[FAILED],
         around=merge("dirty")),
    Case("approved, but it conflicts", MAYA, A.RESOLVE_CONFLICTS, "conflicts with main", said=[("omar", YES)],
         around=merge("dirty")),
    Case("omar asked for changes", MAYA, A.ADDRESS_CHANGES, CHANGES, said=[("omar", NO)]),
    Case("omar asked for changes, zoe is asked", MAYA, A.ADDRESS_CHANGES, CHANGES, ZOE, [("omar", NO)]),
    Case("omar asked for changes, zoe approved", MAYA, A.ADDRESS_CHANGES, CHANGES,
         said=[("omar", NO), ("zoe", YES)]),
    Case("omar and zoe asked for changes", MAYA, A.ADDRESS_CHANGES, "omar and zoe asked for changes",
         said=[("omar", NO), ("zoe", NO)]),
    Case("omar asked for changes, then remarked", MAYA, A.ADDRESS_CHANGES, CHANGES,
         said=[("omar", NO), ("omar", SAID)]),
    Case("omar asked for changes, then approved", MAYA, A.MERGE, READY, said=[("omar", NO), ("omar", YES)]),
    Case("omar approved, then asked for changes", MAYA, A.ADDRESS_CHANGES, CHANGES,
         said=[("omar", YES), ("omar", NO)]),
    Case("changes asked for, omar is asked again", ("omar",), A.REVIEW_AGAIN, AGAIN, OMAR, [("omar", NO)]),
    Case("changes asked for, maya pushed before", MAYA, A.ADDRESS_CHANGES, CHANGES, said=[("omar", NO)],
         pushed=0),
    Case("changes asked for, maya pushed in the same second", MAYA, A.ADDRESS_CHANGES, CHANGES,
         said=[("omar", NO)], pushed=1),
    Case("changes asked for, maya pushed since", ("omar",), A.REVIEW_AGAIN, "maya answered the review",
         said=[("omar", NO)], pushed=5),
    Case("changes asked for, maya pushed since, a check failed", MAYA, A.FIX_CHECKS, "check-0 failed",
         said=[("omar", NO)], pushed=5, ran=[FAILED]),
    Case("changes asked for, maya answered since", ("omar",), A.REVIEW_AGAIN, "maya answered the review",
         said=[("omar", NO)], wrote=[("maya", "I would rather not, because …")]),
    Case("changes asked for, somebody else commented since", MAYA, A.ADDRESS_CHANGES, CHANGES,
         said=[("omar", NO)], wrote=[("zoe", "I agree")]),
    Case("changes asked for, maya answered in a review", ("omar",), A.REVIEW_AGAIN,
         "maya answered the review",
         said=[("omar", NO), ("maya", SAID, "done")]),
    Case("one objection answered, a later one not", MAYA, A.ADDRESS_CHANGES, "zoe asked for changes",
         said=[("omar", NO), ("maya", SAID, "done"), ("zoe", NO)]),
    Case("changes made, zoe is asked as well", ("zoe", "omar"), A.REVIEW, REQUESTED, ZOE, [("omar", NO)],
         pushed=5),
    Case("changes asked for, then dismissed", (), A.NOBODY, NOT_YET, said=[("omar", NO), ("omar", GONE)]),
    Case("an approval was dismissed", (), A.NOBODY, NOT_YET, said=[("omar", GONE)]),
    Case("one approval was dismissed, another stands", MAYA, A.MERGE, READY, said=[("omar", GONE), ("zoe",
         YES)]),
    Case("a deleted account asked for changes", MAYA, A.ADDRESS_CHANGES, "ghost asked for changes",
         said=[(None, NO)], pushed=5),
    Case("a bot asked for changes, maya pushed since", MAYA, A.ADDRESS_CHANGES,
         "copilot[bot] asked for changes",
         said=[(COPILOT, NO)], pushed=5),
    Case("omar asked a question in a review", MAYA, A.ANSWER, ASKED, said=[("omar", SAID, "Why not a set?")]),
    Case("omar is asked and has a question", MAYA, A.ANSWER, ASKED, OMAR, wrote=[("omar", "Is this safe?")]),
    Case("omar's question is answered", ("omar",), A.REVIEW, REQUESTED, OMAR,
         wrote=[("omar", "Is this safe?"), ("maya", "Yes.")]),
    Case("omar's question, maya pushed in the same second", MAYA, A.ANSWER, ASKED, OMAR,
         wrote=[("omar", "Is this safe?")], pushed=11),
    Case("omar's question, maya pushed since", ("omar",), A.REVIEW, REQUESTED, OMAR,
         wrote=[("omar", "Is this safe?")], pushed=20),
    Case("omar asked a question, then approved", MAYA, A.MERGE, READY, said=[("omar", SAID, "Why?"), ("omar",
         YES)]),
    Case("omar approved, then asked a question", MAYA, A.ANSWER, ASKED, said=[("omar", YES)],
         wrote=[("omar", "Will you backport it?")]),
    Case("a passer-by asked a question", ("omar",), A.REVIEW, REQUESTED, OMAR, wrote=[("kim",
         "When is it out?")]),
    Case("a question mark only in a quote, code or link", ("omar",), A.REVIEW, REQUESTED, OMAR,
         wrote=[("omar", "> why?\n`a?` https://x.example/?a=b")]),
    Case("maya, who is assigned, asked a question", ("omar",), A.REVIEW, REQUESTED,
         OMAR | {"assignees": MAYA},
         wrote=[("maya", "Is this safe?")]),
    Case("an app that is asked, but not called a bot, asked a question", ("Copilot", "omar"), A.REVIEW,
         REQUESTED,
         {"reviewers": ("Copilot", "omar")}, wrote=[("Copilot", "Did you test it?")]),
    Case("a bot asked a question", ("omar",), A.REVIEW, REQUESTED, OMAR, wrote=[(COPILOT,
         "Did you test it?")]),
    Case("the team core is asked", ("core",), A.REVIEW, REQUESTED, CORE),
    Case("omar and the team core are asked", ("omar", "core"), A.REVIEW, REQUESTED, OMAR | CORE),
    Case("the team is asked, zoe of it approved", MAYA, A.MERGE, READY, CORE, [("zoe", YES)],
         around=team("zoe")),
    Case("the team is asked, omar, not of it, approved", ("core",), A.REVIEW, REQUESTED, CORE, [("omar",
         YES)],
         around=team("zoe")),
    Case("the team is asked, zoe's review was dismissed", ("core",), A.REVIEW, REQUESTED, CORE, [("zoe",
         GONE)],
         around=team("zoe")),
    Case("the team is asked, and maya is all of it", (), A.NOBODY, NOT_YET, CORE, around=team("maya")),
    Case("a code owner is missing", ("acme/backend",), A.REVIEW, OWNER, around=need("@acme/backend")),
    Case("approved, but a code owner is missing", ("acme/backend",), A.REVIEW, OWNER, said=[("omar", YES)],
         around=need("@acme/backend")),
    Case("one of the missing owners is asked already", ("omar",), A.REVIEW, REQUESTED, OMAR,
         around=need("@acme/backend", "@omar")),
    Case("omar is asked, another owner is missing", ("omar", "zoe"), A.REVIEW, REQUESTED, OMAR,
         around=need("@zoe")),
    Case("approved", MAYA, A.MERGE, READY, said=[("omar", YES)]),
    Case("approved, checks passed", MAYA, A.MERGE, READY, said=[("omar", YES)], ran=[PASSED]),
    Case("approved, checks are running", (), A.WAIT_FOR_CHECKS, "approved, checks are running",
         said=[("omar", YES)], ran=[PASSED, RUNNING]),
    Case("approved by one, two are needed", (), A.NOBODY, "1 of 2 approvals, and nobody else is asked",
         said=[("omar", YES)], around=Around(approvals=2)),
    Case("approved by two as needed", MAYA, A.MERGE, READY, said=[("omar", YES), ("zoe", YES)],
         around=Around(approvals=2)),
    Case("approved, but GitHub blocks the merge", (), A.NOBODY, "approved, but GitHub blocks the merge",
         said=[("omar", YES)], around=merge("blocked")),
    Case("approved, but behind main", MAYA, A.MERGE, "approved, but behind main", said=[("omar", YES)],
         around=merge("behind")),
    Case("in the merge queue", (), A.WAIT_FOR_QUEUE, "in the merge queue", said=[("omar", YES)],
         ran=[RUNNING],
         around=Around(queued=True)),
    Case("only a bot is asked", (), A.NOBODY, "only copilot[bot] is asked to review",
         {"reviewers": (COPILOT,)}),
    Case("a bot is asked, omar approved", MAYA, A.MERGE, READY, {"reviewers": (COPILOT,)}, [("omar", YES)]),
    Case("a bot and omar are asked", ("omar",), A.REVIEW, REQUESTED, {"reviewers": (COPILOT, "omar")}),
    Case("maya's account was deleted, approved", ("ghost",), A.MERGE, READY, {"author": None}, [("omar",
         YES)]),
    Case("a bot's, omar is asked", ("omar",), A.REVIEW, REQUESTED, BOT | OMAR),
    Case("a bot's, a check failed, zoe is assigned", ("zoe",), A.FIX_CHECKS, "check-0 failed",
         BOT | OMAR | {"assignees": ("zoe",)}, ran=[FAILED]),
    Case("a bot's, a check failed, omar is asked", ("omar",), A.FIX_CHECKS, "check-0 failed", BOT | OMAR,
         ran=[FAILED]),
    Case("a bot's, nobody looks after it", ("dependabot[bot]",), A.FIX_CHECKS, "check-0 failed", BOT,
         ran=[FAILED]),
    Case("a bot's, omar approved", ("omar",), A.MERGE, READY, BOT, [("omar", YES)]),
    Case("a bot's, zoe is assigned, omar approved", ("zoe",), A.MERGE, READY, BOT | {"assignees": ("zoe",)},
         [("omar", YES)]),
    Case("a bot's, zoe is assigned and asked for changes", ("dependabot[bot]",), A.ADDRESS_CHANGES,
         "zoe asked for changes", BOT | {"assignees": ("zoe",)}, [("zoe", NO)]),
)  # fmt: skip
