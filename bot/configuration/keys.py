"""Every key that a configuration file may have: the one table that reading, schema and page follow."""

from datetime import time

from bot.configuration.document import (
    ROUTINGS,
    Calendar,
    Configuration,
    Hours,
    Later,
    Reminder,
    Sla,
    Subscription,
    Team,
)
from bot.configuration.shapes import Choice, Key, ListOf, Named, Table, Text, Whole
from bot.errors import UserError
from bot.filters.language import LONGEST, format_filter, parse_filter
from bot.filters.seen import Event
from bot.filters.words import shown
from bot.reminders.holidays import parse_country
from bot.reminders.request import Order, format_remind, parse_remind
from bot.reminders.schedule import DAYS
from bot.reminders.zones import parse_zone
from bot.subscriptions.repository import parse_repository
from bot.subscriptions.request import FEATURES

_OWNER = "[A-Za-z0-9][A-Za-z0-9_-]{0,38}"


def _repository(text: str) -> str:
    if text.endswith("/*"):
        owner = parse_repository(f"{text[:-2]}/x").split("/", 1)[0]
        return f"{owner}/*"
    return parse_repository(text)


def _filter(text: str) -> str:
    return format_filter(parse_filter(text))


def _expressions(text: str) -> int:
    """Return how many regular expressions there may be: each stands between two slashes."""
    return text.count("/") // 2 if "title" in text.lower() else 0


def _hours(text: str) -> Hours:
    start, end = (time.fromisoformat(part) for part in text.split("-"))
    return Hours(start, end)


def _schedule(text: str) -> str:
    wanted = parse_remind(text)
    if isinstance(wanted, Order) or wanted.personal:
        raise UserError(
            f"{shown(text)} is not for a file; write only days and a time, as in `weekdays 09:30`."
        )
    return format_remind(wanted)


CHANNEL = Text(
    "a channel",
    "#payments",
    "#[^\\s#<>@,:&|\"'`*]{1,80}|[CG][A-Z0-9]{5,20}",
    81,
)
REPOSITORY = Text(
    "a repository", "acme/payments-api", f"{_OWNER}/(?:[A-Za-z0-9._-]{{1,100}}|\\*)", 140, _repository
)
EXCLUDED = Text("a repository", "acme/legacy", f"{_OWNER}/[A-Za-z0-9._-]{{1,100}}", 140, parse_repository)
FILTER = Text("a filter", "draft:no -label:wip", "", LONGEST, _filter, _expressions)
FILTER_NAME = Text("a name", "for-people", "[a-z0-9][a-z0-9-]{0,39}", 40)
TEAM = Text("a team on GitHub", "acme/backend", f"{_OWNER}/[A-Za-z0-9_-]{{1,100}}", 140, str.lower)
USERGROUP = Text("a user group in Slack", "@backend", "@[a-z0-9._-]{1,60}|S[A-Z0-9]{5,20}", 61)
LOGIN = Text("a login on GitHub", "octocat", "[A-Za-z0-9][A-Za-z0-9_-]{0,99}", 100)
MEMBER = Text(
    "a Slack member's id or e-mail address",
    "U012AB3CD",
    "[UW][A-Z0-9]{5,20}|[^\\s@<>,;:\"'`|()]{1,64}@[A-Za-z0-9.-]{1,180}\\.[A-Za-z]{2,24}",
    254,
)
ZONE = Text("a time zone", "Europe/Berlin", "[A-Za-z0-9_+/-]{1,64}", 64, parse_zone)
HOURS = Text(
    "a span of hours",
    "09:00-17:00",
    "(?:[01][0-9]|2[0-3]):[0-5][0-9]-(?:[01][0-9]|2[0-3]):[0-5][0-9]",
    11,
    _hours,
)
COUNTRY = Text("a country", "DE", "[A-Z]{2}(?:-[A-Z0-9]{1,3})?", 6, parse_country)
SCHEDULE = Text("a schedule", "weekdays 09:30", "", 300, _schedule, _expressions)

_SUBSCRIPTION = Table(
    (
        Key("channel", CHANNEL, 'The channel, as `"#name"` (in quotes) or by its id.', required=True),
        Key("repo", REPOSITORY, "The repository, or `owner/*`. Only the organisation's file names it."),
        Key("features", ListOf(Choice(tuple(FEATURES)), 10), "What to post."),
        Key(
            "broadcast",
            ListOf(Choice(tuple(Event)), 20),
            "What is said in the channel, not only in the thread.",
        ),
        Key("use", ListOf(FILTER_NAME, 10), "Names of filters; all of them must hold."),
        Key("filter", FILTER, "A filter of its own, as `/patchforge subscribe` takes it."),
        Key("excluded", ListOf(EXCLUDED, 100), "Repositories that `owner/*` leaves out."),
    ),
    Subscription,
)
_CALENDAR = Table(
    (
        Key("zone", ZONE, "The time zone."),
        Key("days", ListOf(Choice(DAYS), 7), "The working days."),
        Key("hours", HOURS, "From when until when."),
        Key("country", COUNTRY, "Whose public holidays do not count: `DE`, or a part such as `DE-BE`."),
    ),
    Calendar,
)
_LADDER = Table(
    (
        Key("author", Whole(1, 1_000), "When the author is told too: twice as late if not said."),
        Key("channel", Whole(1, 1_000), "When the channel is told too: three times as late if not said."),
    ),
    Later,
)
_SLA = Table(
    (
        Key("hours", Whole(1, 300), "In how many working hours a review is due; then the reviewer is told."),
        Key("ladder", _LADDER, "In how many working hours others are told."),
        Key("calendar", _CALENDAR, "When time counts."),
    ),
    Sla,
)
_TEAM = Table(
    (
        Key(
            "usergroup",
            USERGROUP,
            'The user group in Slack: `"@handle"` or its id. Organisation\'s file only.',
        ),
        Key(
            "routing",
            Choice(ROUTINGS),
            "Ask the whole group, one in turn, or who has the fewest open reviews.",
        ),
    ),
    Team,
)
_REMINDER = Table(
    (
        Key("channel", CHANNEL, "The channel.", required=True),
        Key("schedule", SCHEDULE, "When, as `/patchforge remind` takes it.", required=True),
    ),
    Reminder,
)
FILE = Table(
    (
        Key("version", Whole(1, 1), "The version of this format: 1.", required=True),
        Key("filters", Named(FILTER_NAME, FILTER, 50), "Filters by name, for `use`."),
        Key("subscriptions", ListOf(_SUBSCRIPTION, 100), "What channels follow."),
        Key("sla", _SLA, "How soon a review is due."),
        Key("teams", Named(TEAM, _TEAM, 100), "Teams on GitHub and how they are asked in Slack."),
        Key("people", Named(LOGIN, MEMBER, 600), "GitHub logins and who they are. Organisation's file only."),
        Key("reminders", ListOf(_REMINDER, 50), "Digests for channels."),
    ),
    Configuration,
)
