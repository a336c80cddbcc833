"""What people do in modals: type, search, submit, close."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.slack import payloads
from sandbox.slack.forms import elements, fill, find, problems
from sandbox.slack.limits import Violation
from sandbox.slack.methods.views import close_all, close_top, examine_body, push, replace_view, view_payload
from sandbox.slack.models import NotVisibleError, SlackError, View
from sandbox.slack.people import TROUBLE, People
from sandbox.slack.responses import new_url
from sandbox.slack.socketmode import UnansweredError


@dataclass
class SubmitResult:
    """How a submission ended: `errors` stand under the fields (block id → text), `error` is the client's."""

    ok: bool
    errors: dict[str, str] = field(default_factory=dict)
    error: str | None = None


class Modals(People):
    """Acts for people in modals."""

    async def suggest(
        self,
        user_id: str,
        action_id: str,
        query: str,
        *,
        view_id: str | None = None,
        channel_id: str | None = None,
        ts: str | None = None,
    ) -> list[dict[str, Any]]:
        """Let a person type into an external select; return the options the app offers, groups flattened."""
        workspace = self.workspace
        screen = self._screen(user_id, channel_id, ts, view_id)
        block, element = find(screen.blocks, action_id)
        payload = payloads.interaction(workspace, "block_suggestion", workspace.users[user_id])
        if screen.view is not None:
            payload |= payloads.of_view(workspace, screen.view)
        elif screen.message is not None:
            payload |= payloads.of_message(workspace, screen.message)
        payload |= {"action_id": action_id, "block_id": block["block_id"], "value": query}
        try:
            answer = await self.hub.ask("interactive", payload, accepts=True)
        except UnansweredError:
            workspace.toast(user_id, "Results failed to load")
            return []
        listed = {name: answer[name] for name in ("options", "option_groups") if answer.get(name)}
        if listed:
            menu = {"type": "static_select", "action_id": element["action_id"], **listed}
            section = {"type": "section", "text": {"type": "mrkdwn", "text": "options"}, "accessory": menu}
            if workspace.examine({"text": "options", "blocks": [section]}, "message", "block_suggestion"):
                workspace.toast(user_id, "Results failed to load")
                return []
        groups = [group["options"] for group in answer.get("option_groups", ())]
        options = [option for part in (answer.get("options", ()), *groups) for option in part]
        self.offered[user_id, action_id] = options
        return options

    async def submit(
        self, user_id: str, view_id: str, values: Mapping[str, Any] | None = None
    ) -> SubmitResult:
        """Let a person fill in the modal on top and submit it.

        `values` are by block id or action id: text, an option's value, an id, a date, or a list of them. The
        client refuses what is missing or malformed before the app hears of it.
        """
        workspace = self.workspace
        view = self._on_top(user_id, view_id)
        offered = {action: options for (user, action), options in self.offered.items() if user == user_id}
        fill(view, values or {}, offered)
        view.errors = problems(view)
        workspace.touch()
        if view.errors:
            return SubmitResult(ok=False, errors=dict(view.errors))
        payload = payloads.interaction(workspace, "view_submission", workspace.users[user_id])
        payload["trigger_id"] = workspace.new_trigger(user_id, view.id)
        payload["view"] = view_payload(workspace, view)
        payload["response_urls"] = self._response_urls(view)
        try:
            answer = await self.hub.ask("interactive", payload, accepts=True)
            return self._follow(view, answer)
        except UnansweredError as error:
            workspace.toast(user_id, TROUBLE)
            return SubmitResult(ok=False, error=str(error))
        except SlackError as error:
            workspace.toast(user_id, TROUBLE)
            return SubmitResult(ok=False, error=error.code)

    def _follow(self, view: View, answer: Mapping[str, Any]) -> SubmitResult:
        workspace = self.workspace
        action = answer.get("response_action")
        if action == "errors":
            return self._errors(view, answer.get("errors"))
        if action == "update":
            replace_view(workspace, view, self._body(answer, "ack update", view))
        elif action == "push":
            push(workspace, view.user, self._body(answer, "ack push", None))
        elif action == "clear":
            close_all(workspace, view.user)
        elif action is not None:
            raise SlackError("invalid_response_action")
        elif workspace.stacks[view.user][-1:] == [view]:
            close_top(workspace, view.user)
        return SubmitResult(ok=True)

    def _errors(self, view: View, errors: Any) -> SubmitResult:
        inputs = {block["block_id"] for block in view.blocks if block["type"] == "input"}
        if not isinstance(errors, dict) or not errors or not errors.keys() <= inputs:
            message = f"errors must be for input blocks {sorted(inputs)}: {errors!r}"
            self.workspace.violations.append(Violation("ERROR", "/errors", "errors", message, "ack errors"))
            raise SlackError("invalid_errors")
        view.errors = {name: str(text) for name, text in errors.items()}
        self.workspace.touch()
        return SubmitResult(ok=False, errors=dict(view.errors))

    def _body(self, answer: Mapping[str, Any], source: str, but: View | None) -> dict[str, Any]:
        return examine_body(self.workspace, answer.get("view"), "modal", source, but)

    def _response_urls(self, view: View) -> list[dict[str, Any]]:
        urls = []
        for block, element in elements(view.blocks):
            if element.get("response_url_enabled"):
                state = view.values[block["block_id"]][element["action_id"]]
                chosen = state.get("selected_conversation") or state.get("selected_channel")
                if chosen in self.workspace.channels:
                    url = new_url(self.workspace, view.user, chosen)
                    names = {"block_id": block["block_id"], "action_id": element["action_id"]}
                    urls.append({**names, "channel_id": chosen, "response_url": self._address(url)})
        return urls

    async def close_view(self, user_id: str, view_id: str, *, everything: bool = False) -> None:
        """Let a person close the modal on top, or with `everything` the whole stack at once.

        The app hears of it when the view asked for that with `notify_on_close`.
        """
        workspace = self.workspace
        view = self._on_top(user_id, view_id)
        if everything or view.body.get("clear_on_close"):
            close_all(workspace, user_id)
            everything = True
        else:
            close_top(workspace, user_id)
        if not view.body.get("notify_on_close"):
            return
        payload = payloads.interaction(workspace, "view_closed", workspace.users[user_id])
        payload |= {"view": view_payload(workspace, view), "is_cleared": everything}
        try:
            await self.hub.ask("interactive", payload)
        except UnansweredError:
            return

    def _on_top(self, user_id: str, view_id: str) -> View:
        stack = self.workspace.stacks.get(user_id, [])
        if not stack or stack[-1].id != view_id:
            raise NotVisibleError(f"view {view_id} is not on top for {user_id}")
        return stack[-1]
