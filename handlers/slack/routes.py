"""Which feature answers a command, a click, a view or an event, and what of Slack's payload it is given."""

import difflib
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any

import structlog

from blocks import ids
from blocks.kit import Option
from bot.context import Context
from bot.errors import UserError
from bot.filters.words import from_slack
from handlers.feature import (
    Click,
    Command,
    CommandCall,
    Feature,
    FieldErrors,
    Lookup,
    OpenView,
    Reply,
    Submission,
)
from handlers.slack.once import Repeated, identity, once
from storage.database import DatabaseUnavailable

log = structlog.stdlib.get_logger(__name__)

Body = Mapping[str, Any]


class Routes:
    """The features by what they answer; each handler's first write notes the envelope that it is for."""

    def __init__(self, context: Context, features: Iterable[Feature]) -> None:
        features = tuple(features)
        self._context = context
        self._commands: dict[str, Command] = {
            command.name: command for feature in features for command in feature.commands
        }
        self._actions = {name: run for feature in features for name, run in feature.actions.items()}
        self._views = {name: run for feature in features for name, run in feature.views.items()}
        self._lookups = {name: run for feature in features for name, run in feature.lookups.items()}
        self._events: dict[str, list[tuple[str, Callable[[Context, Body], Awaitable[None]]]]] = {}
        for feature in features:
            for name, listen in feature.slack_events.items():
                self._events.setdefault(name, []).append((feature.name, listen))

    async def command(self, body: Body) -> Reply:
        """Run the sub-command that was typed; raises UserError for one that nobody answers."""
        word, _, text = str(body.get("text") or "").strip().partition(" ")
        name = word.lower() or "help"
        command = self._commands.get(name)
        if command is None:
            near = difflib.get_close_matches(name, self._commands, n=1)
            hint = f"did you mean `{near[0]}`?" if near else "try `/patchforge help`."
            raise UserError(f"I don't know the command `{word[:40]}`; {hint}")
        call = CommandCall(
            user=body["user_id"],
            channel=body["channel_id"],
            text=from_slack(text).strip(),
            trigger_id=body.get("trigger_id", ""),
        )
        log.info("command", command=name, user=call.user, channel=call.channel)
        return await command.run(once(self._context, identity(body)), call)

    async def click(self, body: Body) -> Reply:
        """Run what a button or menu stands for; raises UserError for one that is no longer answered."""
        action = body["actions"][0]
        name = action["action_id"]
        handler = self._actions.get(name)
        if handler is None:
            if name in ids.LINKS:
                return None
            raise UserError("That button is from an older version; run the command again to get a new one.")
        click = Click(
            user=body["user"]["id"],
            action_id=name,
            value=str(action.get("value") or (action.get("selected_option") or {}).get("value") or ""),
            trigger_id=body.get("trigger_id", ""),
            channel=(body.get("channel") or {}).get("id", ""),
            view=_open_view(body),
        )
        log.info("click", action=name, user=click.user, channel=click.channel)
        return await handler(once(self._context, identity(body)), click)

    async def lookup(self, body: Body) -> Sequence[Option]:
        """Return the options for what was typed into a menu; none for one that is no longer answered."""
        handler = self._lookups.get(body["action_id"])
        if handler is None:
            return ()
        lookup = Lookup(
            user=body["user"]["id"],
            action_id=body["action_id"],
            typed=str(body.get("value") or ""),
            view=_open_view(body),
        )
        return await handler(self._context, lookup)

    async def view(self, body: Body) -> Reply | FieldErrors:
        """Take in a submitted form; raises UserError for one that is no longer answered."""
        view = body["view"]
        handler = self._views.get(view["callback_id"])
        if handler is None:
            raise UserError("That form is from an older version; close it and open it again.")
        log.info("submission", view=view["callback_id"], user=body["user"]["id"])
        return await handler(
            once(self._context, identity(body)),
            Submission(
                body["user"]["id"], view["callback_id"], view.get("private_metadata", ""), _values(view)
            ),
        )

    async def event(self, body: Body) -> None:
        """Tell every feature that listens; raises DatabaseUnavailable at last if one of them met it."""
        event, away = body["event"], None
        for feature, listen in self._events.get(event["type"], ()):
            try:
                await listen(once(self._context, identity(body, feature)), event)
            except Repeated:
                log.info("event.repeated", slack_event=event["type"], feature=feature)
            except DatabaseUnavailable as error:
                away = error
            except Exception:  # an event has nobody to answer to
                log.exception("event.crashed", slack_event=event["type"], feature=feature)
        if away is not None:
            raise away


def _open_view(body: Body) -> OpenView | None:
    view = body.get("view")
    if not view:
        return None
    return OpenView(view["id"], view.get("hash", ""), view.get("private_metadata", ""), _values(view))


def _values(view: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was entered or chosen in a view, by block id."""
    return {
        block: _value(element)
        for block, elements in (view.get("state") or {}).get("values", {}).items()
        for element in elements.values()
    }


def _value(element: Mapping[str, Any]) -> Any:
    """Return what was entered or chosen in one element of a view."""
    if "selected_options" in element:
        return [option["value"] for option in element["selected_options"] or []]
    if "selected_option" in element:
        return (element["selected_option"] or {}).get("value")
    for name in (
        "value",
        "selected_user",
        "selected_users",
        "selected_conversation",
        "selected_channel",
        "selected_date",
        "selected_time",
    ):
        if name in element:
            return element[name]
    return None
