"""Between the socket and the features: acknowledge in time, answer kindly, and let no copy act twice."""

import asyncio
import contextlib
import json
import logging
import re
import secrets
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import aiohttp
import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest

from blocks.help import error_message, notice
from blocks.kit import Option, options
from bot.clients.slack import open_socket
from bot.context import Context
from bot.errors import ConfigurationError, PatchForgeError, Permanent, RetryLater, UserError
from bot.models import SlackMessage
from handlers.feature import Feature, FieldErrors, Reply
from handlers.slack.once import Repeated, identity
from handlers.slack.routes import Body, Routes
from handlers.slack.socket import HANDLERS, Patience, SlackLost, Socket
from storage import envelopes
from storage.database import DatabaseUnavailable

# Slack gives up on an acknowledgement after three seconds; what takes longer answers afterwards.
_ACK_WITHIN = 2.0
# No handler takes so long; one that hangs must not keep its place for ever.
_LONGEST = 120.0
# Envelopes whose copies get the same answer; the database knows all of the last day.
_REMEMBERED = 1000

log = structlog.stdlib.get_logger(__name__)

T = TypeVar("T")
Respond = Callable[..., Awaitable[Any]]


class SlackDoor:
    """Routes commands, clicks, views and events to the features.

    A handler's transaction is committed before the acknowledgement, so that an envelope which a crash left
    unanswered comes again; only what takes longer than two seconds is acknowledged first.
    """

    def __init__(
        self,
        context: Context,
        features: Iterable[Feature],
        session: aiohttp.ClientSession,
        *,
        patience: Patience | None = None,
        handlers: int = HANDLERS,
    ) -> None:
        self._context = context
        self._session = session
        self._routes = Routes(context, features)
        self._patience = patience = patience or Patience()
        self._stopping = asyncio.Event()
        self._refused: str | None = None
        # The work for each envelope, by what all copies of it share.
        self._recent: dict[str, asyncio.Future[Any]] = {}
        self._bolt: AsyncApp | None = None
        self._socket = Socket(
            session,
            self._ticket,
            self._receive,
            patience=patience,
            handlers=handlers,
            proxy=context.slack.web.proxy,
        )

    @property
    def trouble(self) -> str | None:
        """Say in plain words why nothing can come from Slack or go there; None when all is well."""
        return self._refused if self._socket.connected else "not connected to Slack"

    @property
    def working(self) -> int:
        """Count the commands, clicks, views and events that are being worked on."""
        return self._socket.working

    async def connect(self) -> None:
        """Open the socket; raises ConfigurationError with one line."""
        try:
            await self._socket.open()
        except (TimeoutError, aiohttp.ClientError, OSError):
            raise ConfigurationError("SLACK_API_URL: no WebSocket to Slack can be opened from here") from None

    async def watch(self) -> None:
        """Raise SlackLost after an outage that only a fresh process may end."""
        loop, patience, lost = asyncio.get_running_loop(), self._patience, None
        while not await self._stops_within(patience.ticket / 10):
            if self._socket.connected:
                lost = None
                continue
            lost = lost or loop.time()
            away = loop.time() - lost
            if away > patience.process:
                raise SlackLost(f"no connection to Slack for {away:.0f} seconds")

    async def keep_alive(self) -> None:
        """Ask Slack every minute whether the token still counts: a revoked one closes no socket."""
        while not await self._stops_within(self._patience.keep_alive):
            try:
                await self._context.slack.identify()
                self._refused = None
            except Permanent as error:
                self._refused = f"Slack refuses the bot token: {error.code}"
                log.error("slack.token_refused", code=error.code)  # noqa: TRY400 - the code says all
            except RetryLater as error:
                log.warning("slack.silent", error=str(error))

    async def stop(self, grace: float = 8.0) -> None:
        """Take nothing more from Slack, finish what is in hand for so many seconds, and hang up."""
        self._stopping.set()
        await self._socket.close(grace)

    async def _stops_within(self, seconds: float) -> bool:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)
        return self._stopping.is_set()

    async def _ticket(self) -> str:
        settings = self._context.settings
        assert settings.slack_app_token  # noqa: S101 - require_run() looked
        token = settings.slack_app_token.get_secret_value()
        return await open_socket(self._session, token=token, base_url=settings.slack_api_url)

    async def _receive(self, body: Body, answer: Callable[[Body], Awaitable[None]]) -> None:
        """See one envelope through: the acknowledgement, and the work that goes on after it."""
        if body.get("type") == "event_callback":
            # Bolt acknowledges events before anybody has heard of them.
            work = self._work(identity(body), lambda: _bounded(self._routes.event(body)))
            try:
                await asyncio.shield(work)
            except (DatabaseUnavailable, TimeoutError):
                self._recent.pop(identity(body), None)  # unacknowledged it comes again, and is heard anew
            else:
                await answer({})
            return
        self._bolt = self._bolt or self._build()
        response = await self._bolt.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=dict(body)))
        if response.status == 200:
            await answer(json.loads(response.body) if response.body else {})
        else:
            log.warning("slack.unanswered", type=body.get("type"), status=response.status)
        if found := self._recent.get(identity(body)):
            await asyncio.wait({found})

    def _build(self) -> AsyncApp:
        logger = logging.getLogger("slack_bolt")
        level = logger.level
        logger.setLevel(logging.ERROR)  # it warns that it leaves the environment's token alone, as it should
        bolt = AsyncApp(client=self._context.slack.web, logger=logger, request_verification_enabled=False)
        logger.setLevel(level)
        bolt.command(re.compile("^/"))(self._on_command)
        bolt.action(re.compile("^pf"))(self._on_action)
        bolt.options(re.compile("^pf"))(self._on_lookup)
        bolt.view(re.compile("^pf"))(self._on_view)
        return bolt

    # Bolt passes arguments by these names.
    async def _on_command(self, ack: Respond, respond: Respond, body: Body) -> None:
        async def late(reply: Reply) -> None:
            if reply:
                await respond(**_only_for_them(reply))

        await self._answer(ack, body, self._routes.command, _only_for_them, late)

    async def _on_action(self, ack: Respond, respond: Respond, body: Body) -> None:
        async def late(reply: Reply) -> None:
            if reply and body.get("response_url"):
                await respond(**_only_for_them(reply), replace_original=False)
            elif reply:
                await self._context.slack.open_view(body["trigger_id"], notice(reply))

        await self._answer(ack, body, self._routes.click, None, late)

    async def _on_lookup(self, ack: Respond, body: Body) -> None:
        """Offer options while a person types; without an answer in time the menu says that it found none."""
        found: Sequence[Option] = ()
        try:
            async with asyncio.timeout(_ACK_WITHIN):
                found = await self._routes.lookup(body)
        except Exception:
            log.exception("lookup.failed", action=body.get("action_id"))
        await ack(options=options(found))

    async def _on_view(self, ack: Respond, body: Body) -> None:
        def at_once(reply: Reply | FieldErrors) -> Mapping[str, Any]:
            if isinstance(reply, FieldErrors):
                errors = {field: _without_markup(text) for field, text in reply.errors.items()}
                return {"response_action": "errors", "errors": errors}
            return {"response_action": "update", "view": notice(reply)} if reply else {}

        async def late(reply: Reply | FieldErrors) -> None:
            """Write to the person: the modal is closed by now."""
            if isinstance(reply, FieldErrors):
                reply = error_message(" ".join(("Nothing was saved.", *reply.errors.values())))
            if reply:
                await self._context.slack.post(body["user"]["id"], reply, key=f"late:{body['trigger_id']}")

        await self._answer(ack, body, self._routes.view, at_once, late)

    async def _answer(
        self,
        ack: Respond,
        body: Body,
        run: Callable[[Body], Awaitable[T]],
        at_once: Callable[[T | Reply], Mapping[str, Any]] | None,
        late: Callable[[T | Reply], Awaitable[None]],
    ) -> None:
        """Do the work and answer with the acknowledgement, or acknowledge after two seconds and answer late.

        Without `at_once` the acknowledgement carries no answer, and `late` goes out before it. A copy of an
        envelope is acknowledged as the first is, and has no effect of its own; what `late` told for certain
        is not told again. Nothing escapes to Bolt.
        """
        acknowledged = False

        async def work() -> T | Reply:
            reply = await _kindly(_bounded(run(body)))
            if acknowledged or at_once is None:
                try:
                    await late(reply)
                    if reply:
                        await self._context.database.write(
                            lambda connection: envelopes.set_answer(connection, identity(body), None)
                        )
                except Exception:
                    log.exception("answer.failed")
            return reply

        task = self._work(identity(body), work)
        done, _ = await asyncio.wait({task}, timeout=_ACK_WITHIN)
        acknowledged = not done
        await ack(**at_once(task.result()) if done and at_once else {})

    def _work(self, key: str, start: Callable[[], Coroutine[Any, Any, T]]) -> asyncio.Future[T]:
        """Start the work for an envelope, or return what was started for a copy of it."""
        if key not in self._recent:
            self._recent[key] = asyncio.create_task(start())
            if len(self._recent) > _REMEMBERED:
                del self._recent[next(iter(self._recent))]
        return self._recent[key]


async def _bounded(work: Awaitable[T]) -> T:
    async with asyncio.timeout(_LONGEST):
        return await work


def _only_for_them(reply: Reply) -> Mapping[str, Any]:
    return {"response_type": "ephemeral", "text": reply.text, "blocks": reply.blocks} if reply else {}


def _without_markup(text: str) -> str:
    """Put into quotes what is code in a message: Slack shows a field's error as plain text."""
    return re.sub(r"`([^`]*)`", r"“\1”", text)


async def _kindly(work: Awaitable[T]) -> T | SlackMessage | None:
    """Turn every failure into one sentence for the person; those that are ours carry a reference."""
    try:
        return await work
    except Repeated as copy:
        return copy.answer
    except UserError as mistake:
        return error_message(mistake.sentence, mistake.pointer)
    except DatabaseUnavailable:
        return error_message(
            "My database does not answer; nothing was changed. Please try again in a minute."
        )
    except Exception as failure:
        reference = secrets.token_hex(4)
        log.exception("handler.crashed", reference=reference)
        cause = f" ({failure})" if isinstance(failure, PatchForgeError) else ""
        return error_message(
            f"Something went wrong{cause}. Try again, or tell your admin the reference {reference}."
        )
