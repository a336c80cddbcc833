"""What a feature brings: the words, clicks, views, GitHub events and jobs that it answers."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping

from blocks.kit import Option
from bot.config import Settings
from bot.context import Context
from bot.facts.project import Change
from bot.ledger.policy import Policy
from bot.ledger.worker import Finish
from bot.models import Job, SlackMessage


@dataclass(frozen=True, slots=True)
class CommandCall:
    """One use of a `/patchforge` sub-command; `text` is what stood after its name."""

    user: str
    channel: str
    text: str
    trigger_id: str


@dataclass(frozen=True, slots=True)
class OpenView:
    """A modal as it stands before a person: `values` maps block id to what is filled in by now.

    `hash` changes with everything that the app shows in it.
    """

    id: str
    hash: str
    metadata: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Click:
    """One press of a button or choice in a menu.

    `value` is the button's value or the chosen option's; `channel` is empty when the click came from a view,
    which is `view` then.
    """

    user: str
    action_id: str
    value: str
    trigger_id: str
    channel: str = ""
    view: OpenView | None = None


@dataclass(frozen=True, slots=True)
class Lookup:
    """What a person has typed so far into a menu that asks for its options."""

    user: str
    action_id: str
    typed: str
    view: OpenView | None = None


@dataclass(frozen=True, slots=True)
class Submission:
    """One submitted modal: `values` maps block id to text, an option value or a list of them."""

    user: str
    callback_id: str
    metadata: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class FieldErrors:
    """What is wrong in a modal, by block id; the modal stays open."""

    errors: Mapping[str, str]


Reply = SlackMessage | None
"""What only the person who acted sees; None keeps silent."""

# A handler that writes lets its work return the answer, so that both are kept at once: who never heard it is
# told the same when Slack asks again.
CommandHandler = Callable[[Context, CommandCall], Awaitable[Reply]]
ClickHandler = Callable[[Context, Click], Awaitable[Reply]]
LookupHandler = Callable[[Context, Lookup], Awaitable[Sequence[Option]]]
SubmissionHandler = Callable[[Context, Submission], Awaitable[Reply | FieldErrors]]


@dataclass(frozen=True, slots=True)
class Command:
    """A sub-command: its name, its usage line, one sentence of help, longer help, and who runs it."""

    name: str
    usage: str
    summary: str
    run: CommandHandler
    details: str = ""


@dataclass(frozen=True, slots=True)
class Schedule:
    """A job that the clock asks for.

    `every` is the time between two ticks, or finds it in the settings, where zero is never. With `at_start`
    the job is also done whenever a process starts.
    """

    kind: str
    every: timedelta | Callable[[Settings], timedelta]
    at_start: bool = False


@dataclass(frozen=True, slots=True)
class Render:
    """What a renderer is given: the transaction's connection, the message's row, and the moment."""

    context: Context
    connection: Connection
    message: RowMapping
    now: datetime


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature's registrations; everything is optional but the name.

    `policies` says of a kind of job how often it is tried, and whether its finished rows may be forgotten.
    """

    name: str
    commands: tuple[Command, ...] = ()
    actions: Mapping[str, ClickHandler] = field(default_factory=dict)
    views: Mapping[str, SubmissionHandler] = field(default_factory=dict)
    lookups: Mapping[str, LookupHandler] = field(default_factory=dict)
    slack_events: Mapping[str, Callable[[Context, Mapping[str, Any]], Awaitable[None]]] = field(
        default_factory=dict
    )
    on_change: Callable[[Connection, Change], None] | None = None
    messages: Mapping[str, Callable[[Render], SlackMessage]] = field(default_factory=dict)
    jobs: Mapping[str, Callable[[Context, Job], Awaitable[Finish]]] = field(default_factory=dict)
    policies: Mapping[str, Policy] = field(default_factory=dict)
    schedules: tuple[Schedule, ...] = ()
