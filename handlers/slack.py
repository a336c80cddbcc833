"""The Slack door: Socket Mode through Bolt, handed on to whichever feature answers."""

import asyncio
import contextlib
import difflib
import logging
import re
import secrets
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import aiohttp
import structlog
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp

from blocks import ids
from blocks.help import error_message, notice
from bot.clients.slack import check_app_token
from bot.context import Context
from bot.errors import ConfigurationError, PatchForgeError, UserError
from bot.models import SlackMessage
from handlers.feature import Click, Command, CommandCall, Feature, FieldErrors, Reply, Submission
from storage.database import DatabaseUnavailable

# Slack gives up on an acknowledgement after three seconds; what takes longer answers afterwards.
_ACK_WITHIN = 2.0
# Envelopes whose copies are known again: Slack sends what was not acknowledged up to three times more.
_REMEMBERED = 1000

log = structlog.stdlib.get_logger(__name__)

T = TypeVar("T")
Body = Mapping[str, Any]
Respond = Callable[..., Awaitable[Any]]
EventHandler = Callable[[Context, Body], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Patience:
    """In seconds: between pings, until a ticket that opens nothing is dropped, until the process gives up."""

    ping: float = 10
    ticket: float = 30
    process: float = 180


class SlackLost(Exception):
    """Slack could not be reached for so long that a fresh process should try."""


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
        patience: Patience = Patience(),
    ) -> None:
        features = tuple(features)
        self._context = context
        self._session = session
        self._commands: dict[str, Command] = {
            command.name: command for feature in features for command in feature.commands
        }
        self._actions = {name: run for feature in features for name, run in feature.actions.items()}
        self._views = {name: run for feature in features for name, run in feature.views.items()}
        self._events: dict[str, list[EventHandler]] = {}
        for feature in features:
            for name, listen in feature.slack_events.items():
                self._events.setdefault(name, []).append(listen)
        self._patience = patience
        self._stopping = asyncio.Event()
        self._recent: dict[str, asyncio.Future[Any]] = {}
        self._handler: AsyncSocketModeHandler | None = None

    @property
    def connected(self) -> bool:
        """Tell whether the socket is up."""
        session = self._handler.client.current_session if self._handler else None
        return session is not None and not session.closed

    async def connect(self) -> None:
        """Check the app token, then open the socket; raises ConfigurationError with one line."""
        patience = self._patience
        settings = self._context.settings
        assert settings.slack_app_token  # noqa: S101 - require_run() looked
        token = settings.slack_app_token.get_secret_value()
        await check_app_token(self._session, token=token, base_url=settings.slack_api_url)
        self._handler = AsyncSocketModeHandler(self._application(), token, ping_interval=patience.ping)
        try:
            async with asyncio.timeout(patience.ticket):
                await self._handler.connect_async()  # type: ignore[no-untyped-call]  # Bolt has no types here
        except TimeoutError:
            raise ConfigurationError("SLACK_API_URL: no WebSocket to Slack can be opened from here") from None

    async def watch(self) -> None:
        """Get over outages: ask for a new ticket when the old one seems dead, and raise SlackLost at last."""
        loop, patience, lost = asyncio.get_running_loop(), self._patience, None
        while not self._stopping.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), patience.ticket / 10)
            if self.connected:
                lost = None
                continue
            lost = lost or loop.time()
            away = loop.time() - lost
            if away > patience.process:
                raise SlackLost(f"no connection to Slack for {away:.0f} seconds")
            if away > patience.ticket and self._handler:
                log.warning("slack.disconnected", seconds=round(away))
                self._handler.client.wss_uri = None  # the client would try the dead one for ever

    def stop(self) -> None:
        """Watch over the connection no longer."""
        self._stopping.set()

    async def aclose(self) -> None:
        """Take nothing more from Slack."""
        if self._handler:
            await self._handler.close_async()  # type: ignore[no-untyped-call]  # Bolt has no types here

    def _application(self) -> AsyncApp:
        logger = logging.getLogger("slack_bolt")
        level = logger.level
        logger.setLevel(logging.ERROR)  # it warns that it leaves the environment's token alone, as it should
        application = AsyncApp(
            client=self._context.slack.web, logger=logger, request_verification_enabled=False
        )
        logger.setLevel(level)
        application.command(re.compile("^/"))(self._on_command)
        application.action(re.compile("^pf"))(self._on_action)
        application.view(re.compile("^pf"))(self._on_view)
        for name in self._events:
            application.event(name)(self._on_event)
        return application

    # Bolt passes arguments by these names.
    async def _on_command(self, ack: Respond, respond: Respond, body: Body) -> None:
        async def late(reply: Reply) -> None:
            if reply:
                await respond(**_only_for_them(reply))

        await self._answer(ack, body, self._run_command, _only_for_them, late)

    async def _run_command(self, body: Body) -> Reply:
        word, _, text = str(body.get("text") or "").strip().partition(" ")
        name = word.lower() or "help"
        command = self._commands.get(name)
        if command is None:
            near = difflib.get_close_matches(name, self._commands, n=1)
            hint = f"did you mean `{near[0]}`?" if near else "try `/patchforge help`."
            raise UserError(f"I don't know the command `{word[:40]}`; {hint}")
        call = CommandCall(
            user=body["user_id"], channel=body["channel_id"], text=text.strip(), trigger_id=body["trigger_id"]
        )
        log.info("command", command=name, user=call.user, channel=call.channel)
        return await command.run(self._context, call)

    async def _on_action(self, ack: Respond, respond: Respond, body: Body) -> None:
        async def late(reply: Reply) -> None:
            if reply and body.get("response_url"):
                await respond(**_only_for_them(reply), replace_original=False)
            elif reply:
                await self._context.slack.open_view(body["trigger_id"], notice(reply))

        await self._answer(ack, body, self._run_action, None, late)

    async def _run_action(self, body: Body) -> Reply:
        action = body["actions"][0]
        name = action["action_id"]
        handler = self._actions.get(name)
        if handler is None:
            if name in ids.LINKS:
                return None
            raise UserError("That button is from an older version; run the command again to get a new one.")
        container, view = body.get("container") or {}, body.get("view") or {}
        click = Click(
            user=body["user"]["id"],
            action_id=name,
            value=str(action.get("value") or (action.get("selected_option") or {}).get("value") or ""),
            trigger_id=body.get("trigger_id", ""),
            channel=(body.get("channel") or {}).get("id", ""),
            ts=container.get("message_ts", ""),
            view_id=view.get("id", ""),
            metadata=view.get("private_metadata", ""),
            state=(view.get("state") or body.get("state") or {}).get("values", {}),
        )
        log.info("click", action=name, user=click.user, channel=click.channel)
        return await handler(self._context, click)

    async def _on_view(self, ack: Respond, body: Body) -> None:
        def at_once(reply: Reply | FieldErrors) -> Mapping[str, Any]:
            if isinstance(reply, FieldErrors):
                return {"response_action": "errors", "errors": dict(reply.errors)}
            return {"response_action": "update", "view": notice(reply)} if reply else {}

        async def late(reply: Reply | FieldErrors) -> None:
            """Write to the person: the modal is closed by now."""
            if isinstance(reply, FieldErrors):
                reply = error_message(" ".join(("Nothing was saved.", *reply.errors.values())))
            if reply:
                await self._context.slack.post(body["user"]["id"], reply, key=f"late:{body['trigger_id']}")

        await self._answer(ack, body, self._run_view, at_once, late)

    async def _run_view(self, body: Body) -> Reply | FieldErrors:
        view = body["view"]
        handler = self._views.get(view["callback_id"])
        if handler is None:
            raise UserError("That form is from an older version; close it and open it again.")
        values = {
            block: _value(element)
            for block, elements in view["state"]["values"].items()
            for element in elements.values()
        }
        log.info("submission", view=view["callback_id"], user=body["user"]["id"])
        return await handler(
            self._context,
            Submission(body["user"]["id"], view["callback_id"], view.get("private_metadata", ""), values),
        )

    async def _on_event(self, ack: Respond, event: Body) -> None:
        for listen in self._events[event["type"]]:
            try:
                await listen(self._context, event)
            except Exception:  # an event has nobody to answer to
                log.exception("event.crashed", slack_event=event["type"])
        await ack()

    async def _answer(
        self,
        ack: Respond,
        body: Body,
        run: Callable[[Body], Awaitable[T]],
        at_once: Callable[[T | SlackMessage], Mapping[str, Any]] | None,
        late: Callable[[T | SlackMessage], Awaitable[None]],
    ) -> None:
        """Do the work and answer with the acknowledgement, or acknowledge after two seconds and answer late.

        Without `at_once` the acknowledgement carries no answer, and `late` goes out before it. A copy of an
        envelope is acknowledged as the first is, and has no effect of its own. Nothing escapes to Bolt.
        """

        async def work() -> T | SlackMessage:
            reply = await _kindly(run(body))
            if at_once is None:
                await late(reply)
            return reply

        trigger = body["trigger_id"]
        first = trigger not in self._recent
        if first:
            self._recent[trigger] = asyncio.ensure_future(work())
            if len(self._recent) > _REMEMBERED:
                del self._recent[next(iter(self._recent))]
        task: asyncio.Future[T | SlackMessage] = self._recent[trigger]
        done, _ = await asyncio.wait({task}, timeout=_ACK_WITHIN)
        try:
            if done and at_once:
                await ack(**at_once(task.result()))
                return
            await ack()
            reply = await task
            if first and at_once:
                await late(reply)
        except Exception:
            log.exception("answer.failed")


def _only_for_them(reply: Reply) -> Mapping[str, Any]:
    return {"response_type": "ephemeral", "text": reply.text, "blocks": reply.blocks} if reply else {}


async def _kindly(work: Awaitable[T]) -> T | SlackMessage:
    """Turn every failure into one sentence for the person; those that are ours carry a reference."""
    try:
        return await work
    except UserError as mistake:
        return error_message(mistake.sentence)
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


def _value(element: Mapping[str, Any]) -> Any:
    """Return what was entered or chosen in one element of a view."""
    if "selected_options" in element:
        return [option["value"] for option in element["selected_options"] or []]
    if "selected_option" in element:
        return (element["selected_option"] or {}).get("value")
    for name in ("value", "selected_user", "selected_conversation", "selected_channel"):
        if name in element:
            return element[name]
    return None
