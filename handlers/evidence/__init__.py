"""The evidence: where a delivery or a pull request went and why, the latest deliveries, and replaying one."""

import asyncio
from collections.abc import Sequence

from sqlalchemy import Connection, RowMapping

from blocks import evidence as blocks
from blocks import kit
from bot.context import Context
from bot.errors import PatchForgeError, UserError
from bot.evidence.asked import DeliveryAsked, ListAsked, PullAsked, parse_delivery, parse_list, parse_why
from bot.facts import payloads
from bot.models import SlackMessage, Subscription
from bot.subscriptions import listening
from handlers.evidence.opened import Opened, open_up
from handlers.evidence.outcomes import Eyes
from handlers.evidence.paths import present_repo
from handlers.evidence.stories import known_pull, of_delivery, of_pull, row_of
from handlers.feature import Command, CommandCall, Feature, Reply
from storage import evidence, subscriptions

_PAGE = 10
# Among how many of a repository's latest deliveries those of one pull request are looked for, and shown.
_SEARCHED, _SHOWN = 150, 8
# In seconds: how long a replay is waited for, and how often it is looked at.
_REPLAYED_WITHIN, _GLANCE = 4.0, 0.1
_UNDER_WAY = "It is being processed once more; `/patchforge why` tells how it went."


async def why(context: Context, call: CommandCall) -> Reply:
    """Tell the path of a delivery, or all that is shown of a pull request."""
    asked = parse_why(call.text)
    eyes = await _eyes(context, call)
    if isinstance(asked, DeliveryAsked):
        return blocks.story(await _delivery(context, asked.guid, eyes))
    return await _pull(context, asked, eyes)


async def deliveries(context: Context, call: CommandCall) -> Reply:
    """List the latest deliveries of what this channel follows; of everything for an admin."""
    asked = parse_list(call.text)
    eyes = await _eyes(context, call)

    def read(connection: Connection) -> Sequence[RowMapping]:
        return evidence.latest_deliveries(
            connection,
            repos=None if eyes.everything else listening.repos_of(connection, _followed(connection, eyes)),
            troubled=asked.failed,
            limit=_PAGE + 1,
            offset=(asked.page - 1) * _PAGE,
        )

    rows = await context.database.read(read)
    opened = await asyncio.to_thread(lambda: [open_up(row) for row in rows[:_PAGE]])
    shown = await context.database.read(lambda connection: [row_of(connection, one, eyes) for one in opened])
    return blocks.deliveries(
        shown, title=_title(asked, eyes), more=_more(asked, len(rows) > _PAGE), none=_none(asked)
    )


async def replay(context: Context, call: CommandCall) -> Reply:
    """Process a delivery once more, for an admin, and tell what came of it."""
    guid = parse_delivery(call.text)
    eyes = await _eyes(context, call)
    if not eyes.everything:
        raise UserError("Only an admin of the workspace can replay deliveries; ask one of them.")
    opened = await _find(context, guid, eyes)
    row = opened.row
    if opened.is_pruned:
        raise UserError(
            f"The body of `{guid}` is no longer kept, so it cannot be replayed; “Redeliver” on the webhook's "
            "page at GitHub sends it anew."
        )
    if row["event"] not in payloads.EVENTS:
        raise UserError(
            f"PatchForge does nothing with `{row['event']}` events, so there is nothing to replay."
        )
    now = context.clock.now()

    def record(connection: Connection) -> Reply:
        evidence.replay(connection, row["id"], now=now)
        return kit.message(_UNDER_WAY, [kit.section(kit.prose(_UNDER_WAY))])

    await context.database.write(record)
    done = await _settled(context, row["id"])
    lead = "Processed once more. What was shown already is not shown again." if done else _UNDER_WAY
    return blocks.story(await _delivery(context, guid, eyes), lead)


async def _eyes(context: Context, call: CommandCall) -> Eyes:
    """Find out what the person may see; one whom Slack does not describe now is no admin."""
    try:
        user = await context.slack.user(call.user)
    except PatchForgeError:
        user = {}
    return Eyes(
        channel=call.channel,
        everything=bool(user.get("is_admin") or user.get("is_owner")),
        web_url=context.settings.github_web_url,
        workspace_url=context.workspace_url,
    )


async def _find(context: Context, guid: str, eyes: Eyes) -> Opened:
    """Return a delivery that these eyes may see; raises UserError for any other, known or not."""
    row = await context.database.read(lambda connection: evidence.delivery(connection, guid))
    opened = await asyncio.to_thread(open_up, row) if row is not None else None

    def may_see(connection: Connection) -> bool:
        return opened is not None and (
            eyes.everything
            or listening.follows(_followed(connection, eyes), present_repo(connection, opened))
        )

    if opened is None or not await context.database.read(may_see):
        if eyes.everything:
            raise UserError(
                f"I know no delivery `{guid}`: it never got here. The webhook's page at GitHub lists what "
                "was sent, and can redeliver it."
            )
        raise UserError(
            f"I know no delivery `{guid}` of a repository that this channel follows; ask in the channel that "
            "follows it, or ask an admin of the workspace."
        )
    return opened


async def _delivery(context: Context, guid: str, eyes: Eyes) -> blocks.Story:
    opened = await _find(context, guid, eyes)
    return await context.database.read(lambda connection: of_delivery(connection, opened, eyes))


async def _pull(context: Context, asked: PullAsked, eyes: Eyes) -> SlackMessage:
    def look(connection: Connection) -> Sequence[RowMapping]:
        if not eyes.everything and not listening.follows(_followed(connection, eyes), asked.repo):
            raise UserError(
                f"This channel does not follow `{asked.repo}`; ask in a channel that does, or ask an admin "
                "of the workspace."
            )
        return evidence.latest_deliveries(connection, repos=[asked.repo], limit=_SEARCHED)

    rows = await context.database.read(look)

    def search() -> list[Opened]:
        found = (open_up(row) for row in rows)
        return [one for one in found if one.subject.number == asked.number and not one.subject.is_issue][
            :_SHOWN
        ]

    its = await asyncio.to_thread(search)

    def tell(connection: Connection) -> SlackMessage:
        pull = known_pull(connection, asked.repo, asked.number)
        if pull is None:
            raise UserError(
                f"I know no pull request `{asked.repo}#{asked.number}`: no event of it was received. "
                f"`/patchforge deliveries` lists what was."
            )
        return blocks.story(of_pull(connection, pull, eyes, its))

    return await context.database.read(tell)


async def _settled(context: Context, delivery_id: int) -> bool:
    """Wait until a delivery and what it caused are done; False if that takes too long."""
    try:
        async with asyncio.timeout(_REPLAYED_WITHIN):
            # Another replica may be at it: only the database tells.
            while await context.database.read(lambda found: evidence.is_in_hand(found, delivery_id)):  # noqa: ASYNC110 - see above
                await asyncio.sleep(_GLANCE)
    except TimeoutError:
        return False
    return True


def _followed(connection: Connection, eyes: Eyes) -> list[Subscription]:
    return subscriptions.of_channel(connection, eyes.channel)


def _title(asked: ListAsked, eyes: Eyes) -> str:
    whose = "of everything" if eyes.everything else "of what this channel follows"
    page = f", page {asked.page}" if asked.page > 1 else ""
    return f"{'Failed deliveries' if asked.failed else 'Latest deliveries'} {whose}{page}"


def _more(asked: ListAsked, has_more: bool) -> str:
    hint = "`/patchforge why` with an id tells all about one."
    if not has_more:
        return hint
    older = f"deliveries failed {asked.page + 1}" if asked.failed else f"deliveries {asked.page + 1}"
    return f"{hint} Older ones: `/patchforge {older}`"


def _none(asked: ListAsked) -> str:
    if asked.page > 1:
        return "There are no more."
    if asked.failed:
        return "Nothing failed: everything that came was processed, and what it caused is done or waits."
    return "Nothing came yet. GitHub sends deliveries once a webhook leads here."


FEATURE = Feature(
    name="evidence",
    commands=(
        Command(
            "why",
            "why owner/repo#number|delivery-id",
            "Tell where a pull request or a delivery went: who wanted it, who did not, and why.",
            why,
            "`/patchforge why octocat/hello-world#7`, or the pull request's address, tells what is shown "
            "of it, where, and what became of its release note.\n"
            "`/patchforge why` with an id from `/patchforge deliveries`, or from the webhook's page at "
            "GitHub, tells the path of that one delivery.\n"
            "It tells of what this channel follows; admins of the workspace may ask about everything.",
        ),
        Command(
            "deliveries",
            "deliveries [failed] [page]",
            "List what GitHub sent lately, what became of it, and the ids to ask about.",
            deliveries,
            "`/patchforge deliveries failed` leaves only those that could not be processed or sent on.",
        ),
        Command(
            "replay",
            "replay delivery-id",
            "Process a delivery once more; for admins of the workspace.",
            replay,
            "Nothing is said twice by it: what is shown already stays as it is, what is missing is added.",
        ),
    ),
)
