"""The stages of an event's way, by the files that only they use."""

from collections.abc import Sequence

REST = "the event loop, and hand-overs between threads"

# Innermost here, a thread waits for something to do.
_IDLE = (
    "asyncio/runners.py:run",
    ":_run",
    "storage/writer.py:_next",
    "threading.py:wait",
    "thread.py:_worker",
    ":_connection_worker_thread",
)

# The first file on the stack, from the innermost outwards, that is named here decides.
_STAGES = (
    ("bot/clients/", "call Slack: request and answer"),
    ("bot/inbox/receiver.py", "the inbox: compress, insert"),
    ("bot/inbox/signature.py", "the door: signature, envelope"),
    ("handlers/github.py", "the door: signature, envelope"),
    ("blocks/", "render the card"),
    ("handlers/reviews/showing.py", "read the facts for the card"),
    ("bot/messages/show.py", "decide what to post or edit, and note it"),
    ("bot/facts/", "facts: parse the payload, write what is true"),
    ("handlers/reviews/", "who is told: subscriptions, messages, jobs"),
    ("bot/inbox/processor.py", "the inbox: read, settle"),
    ("bot/ledger/", "the ledger: claim, carry out, finish"),
    ("storage/database.py", "begin and commit"),
    ("storage/writer.py", "begin and commit"),
    ("aiohttp/web_protocol.py", "HTTP: parse the request, write the answer"),
    ("aiohttp/web_", "HTTP: parse the request, write the answer"),
)


def stage_of(places: Sequence[str]) -> str | None:
    """Return the stage of a stack, given `file:function` from the innermost outwards; None if it waits."""
    if places[0].endswith(_IDLE):
        return None
    for place in places:
        for part, stage in _STAGES:
            if place.startswith(part) or f"/site-packages/{part}" in place:
                return stage
    return REST
