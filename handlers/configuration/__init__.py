"""Configuration as code: files in repositories, beside what people set in Slack."""

from datetime import timedelta

from sqlalchemy import Connection

from bot.configuration.document import PATH
from bot.facts.payloads import PullRequestEvent, PushEvent
from bot.facts.project import Change
from bot.ledger.policy import GUARDED, REFRESH, TICK, USUAL
from handlers.configuration.applying import apply
from handlers.configuration.belonging import look_up
from handlers.configuration.checking import ask, check
from handlers.configuration.reading import read, sweep
from handlers.configuration.showing import config
from handlers.configuration.telling import report, tell
from handlers.feature import Command, Feature, Schedule
from storage import configurations, permissions, subscriptions
from storage.configurations import organisation_of, source_of

_HEADS = frozenset(("opened", "synchronize", "reopened"))
_BRANCH = "refs/heads/"
# GitHub lists no more commits of a push than this.
_LISTED = 2_048


def _on_change(connection: Connection, change: Change) -> None:
    """Read a file again that was pushed, and check one that a pull request changes."""
    if isinstance(change.payload, PushEvent):
        _on_push(connection, change, change.payload)
    elif isinstance(change.payload, PullRequestEvent) and change.action in _HEADS:
        _on_head(connection, change, change.payload)


def _on_push(connection: Connection, change: Change, push: PushEvent) -> None:
    repo = push.repository
    if repo is None or not push.after.strip("0") or not _touches(push):
        return
    source = source_of(repo.full_name)
    if not _concerns(connection, source):
        return
    if push.ref == f"{_BRANCH}{repo.default_branch}":
        configurations.ask_reading(connection, source, now=change.now)
    elif push.ref.startswith(_BRANCH):
        ask(connection, repo.full_name, push.after, now=change.now)


def _on_head(connection: Connection, change: Change, event: PullRequestEvent) -> None:
    repo, pull = event.repository, event.pull_request
    if repo is None:
        return
    kept = configurations.get(connection, source_of(repo.full_name))
    if kept is not None and kept.is_there:
        ask(connection, repo.full_name, pull.head.sha, now=change.now, pull_id=pull.id)


def _touches(push: PushEvent) -> bool:
    """Tell whether a push may have changed the file: of commits that it takes away GitHub tells nothing."""
    if push.forced or not push.commits or len(push.commits) >= _LISTED:
        return True
    return any(PATH in (*one.added, *one.removed, *one.modified) for one in push.commits)


def _concerns(connection: Connection, source: str) -> bool:
    """Tell whether any channel follows what the file is about, or anybody allowed it anything."""
    if permissions.is_any(connection, [source]) or configurations.get(connection, source) is not None:
        return True
    return bool(subscriptions.named(connection, [source, organisation_of(source)]))


FEATURE = Feature(
    name="configuration",
    commands=(
        Command(
            name="config",
            usage="config [owner/repo | allow|disallow owner/repo|owner/*]",
            summary="Show what `.patchforge.yml` puts in force, or let it speak for this channel.",
            run=config,
            details=(
                "`/patchforge config octocat/hello-world` shows each value and where it came from, and what "
                "is wrong in the newest version of a file.\n"
                "`/patchforge config allow octocat/hello-world` lets that repository's file say what this "
                "channel hears of it; `config allow octocat/*` the organisation's file. `config disallow …` "
                "takes it back at once. Only the channel's creator or a workspace admin can.\n"
                "`/patchforge config allow octocat/* people` lets an admin trust the organisation's file to "
                "say who is who.\n"
                "What is set in Slack prevails over files."
            ),
        ),
    ),
    on_change=_on_change,
    jobs={
        "configuration.read": read,
        "configuration.apply": apply,
        "configuration.person": look_up,
        "configuration.check": check,
        "configuration.report": report,
        "configuration.tell": tell,
        "configuration.sweep": sweep,
    },
    policies={
        "configuration.read": REFRESH,
        "configuration.apply": REFRESH,
        "configuration.person": GUARDED,
        "configuration.check": REFRESH,
        "configuration.report": USUAL,
        "configuration.tell": USUAL,
        "configuration.sweep": TICK,
    },
    schedules=(Schedule("configuration.sweep", timedelta(hours=1)),),
)
