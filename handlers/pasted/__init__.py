"""Pasted links: a pull request that a person links to is shown below their message, and how it goes on it."""

from sqlalchemy import Connection

from bot.facts.project import Change
from bot.ledger.policy import GUARDED, PERSON
from handlers.feature import Feature
from handlers.pasted import finding, showing
from storage import pasted


def _on_change(connection: Connection, change: Change) -> None:
    """Let the messages that link to the pull requests show what is true now."""
    for pull_id in change.known:
        pasted.look_again(connection, pull_id, now=change.now)


FEATURE = Feature(
    name="pasted",
    slack_events={"link_shared": finding.link_shared},
    on_change=_on_change,
    jobs={finding.FIND: finding.find, pasted.SHOW: showing.show},
    policies={finding.FIND: PERSON, pasted.SHOW: GUARDED},
)
