"""Trying a filter on a pull request: clause by clause, why it matches or does not."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import replace

import msgspec
from sqlalchemy import Connection

from blocks import evidence as blocks
from blocks.evidence import DONE, NOT, WAITING, WRONG, Line, Link, Section, Story
from bot.context import Context
from bot.errors import PatchForgeError, Permanent, RetryLater, UserError
from bot.evidence.asked import PullAsked, parse_tried
from bot.facts import payloads
from bot.facts.pulls import pull_of
from bot.filters.clauses import Filter
from bot.filters.judging import judge, judged, needs
from bot.filters.language import explain_clause, format_clause, parse_filter, stored_filter
from bot.filters.seen import Answer
from bot.ledger.policy import REFRESH
from bot.ledger.worker import Finish
from bot.models import Job, Pull, Subscription
from bot.subscriptions import listening, matching
from bot.subscriptions.matching import Look, Missing, What, group_name
from bot.subscriptions.request import SubscribeRequest
from handlers.evidence.stories import known_pull
from handlers.feature import Command, CommandCall, Feature, Reply
from handlers.knowledge import read_files, read_members, read_owners
from handlers.subscribing.checking import doubts_of
from storage import knowledge

_People = tuple[list[str], str | None]
"""Who is in something, or why nobody knows."""

# In seconds: who waits longer would rather ask again.
_WITHIN = 20.0
# The teams that a user group stands for are known only when the group is.
_ROUNDS = 2
_MARKS = {Answer.YES: DONE, Answer.NO: NOT, Answer.UNKNOWN: WAITING}
_VERDICTS = {
    Answer.YES: "It passes {whose}.",
    Answer.NO: "It does not pass {whose}.",
    Answer.UNKNOWN: "Nobody can tell whether it passes {whose}, so it does not.",
}


async def try_filter(context: Context, call: CommandCall) -> Reply:
    """Say clause by clause whether a pull request passes a filter, or this channel's own."""
    asked, text = parse_tried(call.text)
    is_admin = await _is_admin(context, call.user)

    def look_up(connection: Connection) -> tuple[Pull | None, Subscription | None]:
        return (
            known_pull(connection, asked.repo, asked.number),
            listening.in_channel(connection, call.channel, asked.repo),
        )

    pull, own = await context.database.read(look_up)
    if own is None and not is_admin:
        raise UserError(
            f"This channel does not follow `{asked.repo}`; ask in a channel that does, or ask an admin of "
            "the workspace."
        )
    if own is None and not text:
        raise UserError(f"This channel does not follow `{asked.repo}`; name a filter to try.")
    wanted = parse_filter(text) if text or own is None else stored_filter(own.filter)
    me = call.user if text or own is None else own.created_by
    try:
        async with asyncio.timeout(_WITHIN):
            pull = pull or await _fetch(context, asked)
            found = await _look(context, wanted.of_pulls(), pull, me)
    except (TimeoutError, RetryLater):
        raise UserError("GitHub did not answer just now; please try again in a minute.") from None
    doubts = await doubts_of(context, SubscribeRequest(asked.repo, filter=wanted))
    return blocks.story(_story(context, wanted, found, doubts, own=own if not text else None))


async def _group(context: Context, job: Job) -> Finish:
    """Read who is in a user group of Slack."""
    name = job.payload["group"]
    found = {group_name(name): await _people_of(context, name)}
    return Finish({}, lambda connection: _keep(connection, context, found))


async def _people_of(context: Context, group: str) -> _People:
    """Return the people of a user group, or why Slack does not say."""
    try:
        return await context.slack.group_members(group), None
    except Permanent as refused:
        return [], str(refused)


def _keep(connection: Connection, context: Context, found: Mapping[str, _People]) -> None:
    for name, (members, error) in found.items():
        knowledge.put_team(connection, name, members, error=error, now=context.clock.now())


async def _fetch(context: Context, asked: PullAsked) -> Pull:
    """Ask GitHub for a pull request of which no event came."""
    if context.github is None:
        raise UserError(f"I know no pull request `{asked.repo}#{asked.number}`: no event of it was received.")
    try:
        found = await context.github.pull(asked.repo, asked.number)
    except Permanent as error:
        if error.code != "404":
            raise
        raise UserError(f"GitHub shows me no pull request `{asked.repo}#{asked.number}`.") from None
    pull = payloads.decode(payloads.PullRequest, msgspec.json.encode(found))
    if pull.base.repo is None:
        raise UserError(f"GitHub shows me no repository for `{asked.repo}#{asked.number}`.")
    return pull_of(pull, pull.base.repo)


async def _look(context: Context, wanted: Filter, pull: Pull, me: str) -> Look:
    """Look at the pull request, and ask for what is missing."""
    required = needs(wanted, pull.repo.partition("/")[0])
    files = owners = None
    for last in (*[False] * _ROUNDS, True):
        known = await context.database.read(
            lambda connection: matching.read(connection, required, pull, me=me)
        )
        known = replace(known, files=files or known.files, owners=owners or known.owners)
        look = matching.see(required, pull, known, me=me, now=context.clock.now())
        if last or not look.missing:
            break
        if Missing(What.FILES) in look.missing:
            files = await read_files(context, pull)
        if Missing(What.OWNERS) in look.missing:
            owners = await read_owners(context, pull)
        await _members(context, pull, look.missing)
    return look


async def _members(context: Context, pull: Pull, missing: Iterable[Missing]) -> None:
    """Ask who is in the teams and groups, and keep that."""
    found = {
        name: await read_members(context, name, pull.repo) for what, name in missing if what is What.TEAM
    }
    found |= {
        group_name(name): await _people_of(context, name) for what, name in missing if what is What.GROUP
    }
    if found:
        await context.database.write(lambda connection: _keep(connection, context, found))


def _story(
    context: Context, wanted: Filter, look: Look, doubts: Iterable[str], *, own: Subscription | None
) -> Story:
    pull, of_pulls = look.seen.pull, wanted.of_pulls()
    answer = judge(of_pulls, look.seen)
    lines = [
        Line(_MARKS[one.answer], (f"`{one.typed}` wants pull requests that {one.means}, and {one.sees}",))
        for one in judged(of_pulls, look.seen)
    ]
    lines += [
        Line(NOT, (f"`{format_clause(one)}` decides about no pull request: {explain_clause(one)}",))
        for one in wanted.of_events().clauses
    ]
    lines = lines or [Line(DONE, ("There is no filter: every pull request passes",))]
    sections = [Section("Clause by clause", tuple(lines))]
    if look.refused:
        sections.append(Section("What cannot be known", tuple(Line(WRONG, (one,)) for one in look.refused)))
    if doubts := list(doubts):
        sections.append(Section("Beware", tuple(Line(WRONG, (one,)) for one in doubts)))
    link = Link(
        f"{context.settings.github_web_url}/{pull.repo}/pull/{pull.number}", f"{pull.repo}#{pull.number}"
    )
    whose = f"what this channel asks of `{own.repo}`" if own else "this filter"
    return Story(
        (link, f" {pull.title[:150]}"),
        Line(_MARKS[answer], (_VERDICTS[answer].format(whose=whose),)),
        tuple(sections),
    )


async def _is_admin(context: Context, user: str) -> bool:
    """Tell whether the person is an admin; one whom Slack does not describe now is none."""
    try:
        found = await context.slack.user(user)
    except PatchForgeError:
        return False
    return bool(found.get("is_admin") or found.get("is_owner"))


FEATURE = Feature(
    name="filters",
    commands=(
        Command(
            "test-filter",
            "test-filter owner/repo#number [filter]",
            "Tell clause by clause whether a pull request passes a filter, or this channel's own.",
            try_filter,
            "`/patchforge test-filter octocat/hello-world#7 path:src/** -label:wip` tries a filter without "
            "changing anything; the pull request's address will do, too.\n"
            "Without a filter it is what this channel asks for; GitHub is asked for what is not known yet.",
        ),
    ),
    jobs={"group.members": _group},
    policies={"group.members": REFRESH},
)
