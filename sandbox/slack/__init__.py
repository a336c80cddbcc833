"""A Slack workspace on your own machine: Web API, Socket Mode, and people who click.

An app that is given `SlackServer.api_url` and the tokens cannot tell it from Slack: state, limits, error
codes, scopes, acknowledgements and retries are Slack's. Tests and the demo page drive the people.

    workspace = Workspace(scopes=manifest_scopes)
    ada = workspace.add_user("ada")
    room = workspace.add_channel("general", members=[ada], bot=True)
    async with await SlackServer.start(workspace) as slack:
        result = await slack.command(ada.id, room.id, "/patchforge", "help")
        message = await slack.until(lambda: slack.messages(room.id))

`workspace.snapshot(viewer_user_id)` is what one person sees, as JSON; `async for version in
workspace.changes()` says when to take the next:

    {version: int, team: {id, name}, bot: {user_id, name, app_id}, viewer: USER, users: [USER],
     groups: [{id, handle}],
     channels: [{id, name, topic, is_private, is_archived, is_member, bot_is_member, members: [user id],
                 messages: [MESSAGE]}],                 by name; oldest message first
     dms: [{id, user: id of the bot, messages: [MESSAGE]}],
     home: VIEW | null, modals: [VIEW],                 the last modal is on top
     toasts: [{id, text, at}]}                          notices of the Slack client, oldest first
    USER    = {id, name, real_name, email | null, tz, is_admin, is_bot, status: emoji}
    MESSAGE = {ts, channel, user, username, is_bot, text, blocks, attachments: [{from_url, blocks}],
               thread_ts | null, values, edited: ts | null, edits: int, ephemeral: bool, deleted: bool,
               reactions: [{name, users, count}], replies: [MESSAGE], reply_count}
                                                        ephemeral: shown to the viewer only
    VIEW    = {id, type: modal | home, callback_id, hash, title, submit, close (text objects or null), blocks,
               values: {block_id: {action_id: STATE}},  what is filled in, as in Slack's view.state.values
               errors: {block_id: text}}
"""

from sandbox.slack.faults import Call, Fault, FaultKind
from sandbox.slack.limits import Violation, check
from sandbox.slack.modals import SubmitResult
from sandbox.slack.models import Conversation, Message, NotVisibleError, Toast, User, View
from sandbox.slack.people import Result
from sandbox.slack.server import SlackServer
from sandbox.slack.workspace import DEFAULT_EVENTS, DEFAULT_SCOPES, Rules, Workspace

__all__ = [
    "DEFAULT_EVENTS",
    "DEFAULT_SCOPES",
    "Call",
    "Conversation",
    "Fault",
    "FaultKind",
    "Message",
    "NotVisibleError",
    "Result",
    "Rules",
    "SlackServer",
    "SubmitResult",
    "Toast",
    "User",
    "View",
    "Violation",
    "Workspace",
    "check",
]
