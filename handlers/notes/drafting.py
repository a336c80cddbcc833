"""From a merge to a draft in the card's thread, and from guidance to the next one."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, RowMapping

from bot.context import Context
from bot.errors import Permanent
from bot.facts.project import Change as Event
from bot.facts.pulls import REFRESHED
from bot.filters.seen import Answer, Seen
from bot.ledger.worker import Finish
from bot.models import Change, Job, Note, Pull, PullState
from bot.notes.digest import digest
from bot.notes.draft import draft as write_note
from bot.notes.recipients import recipients
from bot.subscriptions import listening, matching
from handlers.notes import reading, showing
from handlers.reviews import card_key
from storage import facts, jobs, messages, notes, people


def on_change(connection: Connection, event: Event) -> None:
    """Ask for a draft once a pull request that some channel wants notes of is merged."""
    if event.event != "pull_request" or event.action not in {"closed", REFRESHED}:
        return
    late = event.action == REFRESHED
    for pull_id in event.pulls:
        pull = facts.pull(connection, pull_id)
        # Without a card there is no thread: the merge was long ago, and only now something was said of it.
        if (
            pull
            and pull.state is PullState.MERGED
            and _cards(connection, pull, now=event.now, saw_merge=late)
        ):
            jobs.enqueue(
                connection,
                "notes.draft",
                f"notes:{pull.id}",
                payload={"pull_id": pull.id},
                now=event.now,
                delivery_id=event.delivery_id,
            )


async def draft(context: Context, job: Job) -> Finish:
    """Read the change, write the note, and post it into the thread of each card."""
    pull = await _pull(context, job.payload["pull_id"])
    change, rules = await reading.read(context, pull, job)
    note = _with_authors(await write_note(change, context.llm, rules=rules), change)
    to, now = recipients(change), context.clock.now()

    def record(connection: Connection) -> None:
        notes.create_draft(
            connection,
            pull_id=pull.id,
            note=_with_people(connection, note),
            recipients=to,
            digest=digest(note.category, note.text, to),
            now=now,
        )
        for card in _cards(connection, pull, now=now):
            channel = card["channel"]
            messages.ensure(
                connection,
                f"draft:{channel}:{pull.id}",
                kind="draft",
                channel=channel,
                pull_id=pull.id,
                parent_id=card["id"],
                now=now,
            )
        showing.changed(connection, pull.id, now=now)

    return Finish(_told(note), record)


async def redraft(context: Context, job: Job) -> Finish:
    """Write the note again with a person's guidance."""
    row = await context.database.read(lambda connection: notes.get_draft(connection, job.payload["draft_id"]))
    if row is None or row["state"] != "redrafting":
        return Finish({"skipped": "the draft was decided meanwhile"})
    pull = await _pull(context, row["pull_id"])
    change, rules = await reading.read(context, pull, job)
    note = _with_authors(await write_note(change, context.llm, row["guidance"], rules), change)
    if row["guidance"] and not context.llm.enabled:
        note = replace(note, extra={**note.extra, "unheeded": True})
    to, now = recipients(change), context.clock.now()

    def record(connection: Connection) -> None:
        current = notes.get_draft(connection, row["id"])
        if current is None or (current["state"], current["guidance"]) != (row["state"], row["guidance"]):
            return  # somebody kept the old text, or asked for something else
        notes.revise(
            connection,
            row["id"],
            row["digest"],
            note=_with_people(connection, note, current["evidence"]["extra"].get("people", ())),
            recipients=to,
            digest=digest(note.category, note.text, to),
        )
        showing.changed(connection, pull.id, now=now)

    return Finish(_told(note), record)


async def _pull(context: Context, pull_id: int) -> Pull:
    pull = await context.database.read(lambda connection: facts.pull(connection, pull_id))
    if pull is None:
        raise Permanent("the pull request is unknown")
    return pull


def _with_authors(note: Note, change: Change) -> Note:
    """Add who wrote the change: they may not approve its note."""
    named = recipients(change)
    authors = {change.pull.author, *(commit.login for commit in change.commits)}
    authors |= {person.login for person in named}
    addresses = {commit.address for commit in change.commits}
    addresses |= {address for commit in change.commits for _, address in commit.co_authors}
    return replace(
        note,
        extra={
            **note.extra,
            "title": change.pull.title,  # of the e-mail: nobody changes it once people have read it
            "authors": sorted(login for login in authors if login),
            "addresses": sorted({address.lower() for address in addresses if address}),
        },
    )


def _with_people(connection: Connection, note: Note, before: Collection[str] = ()) -> Note:
    """Keep who the authors are in Slack: linking to another login later makes nobody else of them."""
    found = people.slack_users(connection, note.extra["authors"]).values()
    return replace(note, extra={**note.extra, "people": sorted({*before, *found})})


def _told(note: Note) -> dict[str, object]:
    kept = ("fallback", "input_tokens", "output_tokens", "seconds")
    return {"source": note.source, **{name: note.extra[name] for name in kept if name in note.extra}}


def _cards(connection: Connection, pull: Pull, *, now: datetime, saw_merge: bool = False) -> list[RowMapping]:
    """Return the pull request's cards in the channels that want its release note.

    `saw_merge` leaves out those that followed the repository only after the merge.
    """
    wanted = [
        card_key(found.channel, pull.id)
        for found in listening.of_repo(connection, pull.repo)
        if "notes" in found.features
        # Its card is what the note comes under: it passed once, and what is merely unknown now is no reason.
        and matching.answer(connection, found, Seen(pull), now=now)[0] is not Answer.NO
        and not (saw_merge and pull.merged_at and not found.stood_at(pull.merged_at))
    ]
    return [card for card in (messages.by_key(connection, key) for key in wanted) if card is not None]
