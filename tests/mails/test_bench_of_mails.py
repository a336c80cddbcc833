"""What the bench measures of e-mails happens: all are queued at once, and few connections carry them."""

from bench.mails import queueing_seconds, sending
from bot.clients.mail import CONNECTIONS


async def test_all_recipients_are_queued_at_once() -> None:
    assert await queueing_seconds(people=40, rounds=1) > 0


async def test_few_connections_carry_all() -> None:
    _, connections = await sending(people=40)
    assert connections <= CONNECTIONS
