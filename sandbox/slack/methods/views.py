"""views.*: modals and the App Home."""

from typing import Any

from sandbox.slack.forms import initial_values
from sandbox.slack.limits import Surface
from sandbox.slack.methods.args import Args
from sandbox.slack.methods.common import Answer, dress
from sandbox.slack.models import SlackError, Trigger, View
from sandbox.slack.workspace import Workspace

_DEEPEST = 3


def view_payload(workspace: Workspace, view: View) -> Answer:
    """Return a view as the API and payloads show it."""
    body = view.body
    shown: Answer = {
        "id": view.id,
        "team_id": workspace.team_id,
        "type": view.type,
        "blocks": view.blocks,
        "private_metadata": body.get("private_metadata") or "",
        "callback_id": view.callback_id,
        "external_id": body.get("external_id") or "",
        "state": {"values": view.values},
        "hash": view.hash,
        "root_view_id": view.root_id,
        "previous_view_id": view.previous_id,
        "app_id": workspace.app_id,
        "app_installed_team_id": workspace.team_id,
        "bot_id": workspace.bot_id,
        "title": body.get("title"),
        "close": body.get("close"),
        "submit": body.get("submit"),
        "clear_on_close": bool(body.get("clear_on_close")),
        "notify_on_close": bool(body.get("notify_on_close")),
    }
    return shown


def open_view(workspace: Workspace, args: Args) -> Answer:
    """Answer views.open: show a modal to the person who just did something."""
    body = _body(workspace, args, "modal", "views.open")
    trigger = _exchange(workspace, args)
    close_all(workspace, trigger.user)
    return {"view": view_payload(workspace, push(workspace, trigger.user, body, trigger.channel))}


def push_view(workspace: Workspace, args: Args) -> Answer:
    """Answer views.push: show another modal on top of the one that was clicked in."""
    body = _body(workspace, args, "modal", "views.push")
    trigger = _exchange(workspace, args)
    stack = workspace.stacks.get(trigger.user, [])
    if trigger.view_id is None or trigger.view_id not in {view.id for view in stack}:
        raise SlackError("not_found")
    return {"view": view_payload(workspace, push(workspace, trigger.user, body))}


def update_view(workspace: Workspace, args: Args) -> Answer:
    """Answer views.update: change a modal that is open, named by its id or external id."""
    view_id, external_id = args.text("view_id"), args.text("external_id")
    if bool(view_id) == bool(external_id):
        raise SlackError("invalid_arguments")
    view = workspace.views.get(view_id) if view_id else _external(workspace, external_id)
    if view is None:
        raise SlackError("not_found")
    body = _body(workspace, args, view.type, "views.update", but=view)
    _match_hash(view, args)
    replace_view(workspace, view, body)
    return {"view": view_payload(workspace, view)}


def publish(workspace: Workspace, args: Args) -> Answer:
    """Answer views.publish: show a person their App Home."""
    user = workspace.users.get(args.need("user_id"))
    if user is None or user.is_bot:
        raise SlackError("invalid_arguments", response_metadata={"messages": ["[ERROR] invalid `user_id`"]})
    if not workspace.rules.home_enabled:
        raise SlackError("not_enabled")
    view = workspace.homes.get(user.id)
    body = _body(workspace, args, "home", "views.publish", but=view)
    if view is None:
        if args.text("hash"):
            raise SlackError("hash_conflict")
        view_id = workspace.new_id("V")
        view = View(view_id, "home", user.id, workspace.new_hash(), body, view_id)
        view.values = initial_values(body["blocks"], {})
        workspace.homes[user.id] = workspace.views[view_id] = view
        workspace.touch()
    else:
        _match_hash(view, args)
        replace_view(workspace, view, body)
    return {"view": view_payload(workspace, view)}


def push(workspace: Workspace, user_id: str, body: dict[str, Any], channel: str | None = None) -> View:
    """Put a modal on a person's stack, at most three deep."""
    stack = workspace.stacks.setdefault(user_id, [])
    if len(stack) >= _DEEPEST:
        raise SlackError("push_limit_reached")
    view_id = workspace.new_id("V")
    view = View(view_id, "modal", user_id, workspace.new_hash(), body, stack[0].id if stack else view_id)
    view.previous_id = stack[-1].id if stack else None
    view.values = initial_values(body["blocks"], {}, channel)
    stack.append(view)
    workspace.views[view_id] = view
    workspace.touch()
    return view


def replace_view(workspace: Workspace, view: View, body: dict[str, Any]) -> None:
    """Change what a view shows; what was filled in stays in fields that keep their ids."""
    view.body = body
    view.values = initial_values(body["blocks"], view.values)
    view.hash = workspace.new_hash()
    view.errors = {}
    view.updates += 1
    workspace.touch()


def close_top(workspace: Workspace, user_id: str) -> None:
    """Close the modal on top of a person's stack."""
    view = workspace.stacks[user_id].pop()
    del workspace.views[view.id]
    workspace.touch()


def close_all(workspace: Workspace, user_id: str) -> None:
    """Close every modal of a person."""
    while workspace.stacks.get(user_id):
        close_top(workspace, user_id)


def examine_body(
    workspace: Workspace, body: Any, surface: Surface, source: str, but: View | None = None
) -> dict[str, Any]:
    """Return the body of a view after checking it, completed as Slack does, or refuse it."""
    if not isinstance(body, dict):
        raise SlackError(
            "invalid_arguments", response_metadata={"messages": ["[ERROR] must provide an object"]}
        )
    errors = workspace.examine(body, surface, source)
    if any(error.rule == "view_too_large" for error in errors):
        raise SlackError("view_too_large")
    if errors:
        lines = [f"[ERROR] {error.message} [json-pointer:/view{error.pointer}]" for error in errors]
        raise SlackError("invalid_arguments", response_metadata={"messages": lines})
    external_id = body.get("external_id")
    if external_id and _external(workspace, external_id) not in (None, but):
        raise SlackError("duplicate_external_id")
    return {**body, "blocks": dress(body["blocks"] if isinstance(body.get("blocks"), list) else [])}


def _body(
    workspace: Workspace, args: Args, surface: Surface, source: str, but: View | None = None
) -> dict[str, Any]:
    args.need("view")
    return examine_body(workspace, args.json("view"), surface, source, but)


def _exchange(workspace: Workspace, args: Args) -> Trigger:
    trigger = workspace.triggers.get(args.need("trigger_id"))
    if trigger is None:
        raise SlackError("invalid_trigger_id")
    if trigger.used:
        raise SlackError("exchanged_trigger_id")
    if workspace.clock() - trigger.created > workspace.rules.trigger_life:
        raise SlackError("expired_trigger_id")
    trigger.used = True
    return trigger


def _match_hash(view: View, args: Args) -> None:
    given = args.text("hash")
    if given and given != view.hash:
        raise SlackError("hash_conflict")


def _external(workspace: Workspace, external_id: str) -> View | None:
    for view in workspace.views.values():
        if view.body.get("external_id") == external_id:
            return view
    return None
