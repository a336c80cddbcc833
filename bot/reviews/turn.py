"""Whose turn it is on a pull request, and why."""

from dataclasses import dataclass

from bot.models import GHOST, CheckState, PullFacts, PullState, Verdict


@dataclass(frozen=True, slots=True)
class Turn:
    """Who must act next, by login or team slug, and the reason in a few words."""

    who: tuple[str, ...]
    why: str


def turn(facts: PullFacts) -> Turn | None:
    """Tell who is waited for; None once nobody is.

    The author comes first where only they can act: a draft, failed checks, requested changes.
    """
    pull = facts.pull
    if pull.state is not PullState.OPEN:
        return None
    author = (pull.author or GHOST,)
    if pull.draft:
        return Turn(author, "still a draft")
    failed = [check.name for check in facts.checks if check.state is CheckState.FAILED]
    if failed:
        return Turn(author, f"{failed[0]} failed" if len(failed) == 1 else f"{len(failed)} checks failed")
    verdicts = facts.verdicts()
    objectors = [login for login, verdict in verdicts.items() if verdict is Verdict.CHANGES_REQUESTED]
    if objectors:
        return Turn(author, f"{' and '.join(objectors)} asked for changes")
    asked = tuple(login for login, verdict in verdicts.items() if verdict is Verdict.PENDING)
    if asked or pull.teams:
        return Turn((*asked, *pull.teams), "review requested")
    if Verdict.APPROVED in verdicts.values():
        running = any(check.state is CheckState.RUNNING for check in facts.checks)
        return Turn(author, "approved, checks are running" if running else "approved, ready to merge")
    return Turn((), "nobody is asked to review yet")
