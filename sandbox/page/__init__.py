"""The demo's page: the stand-ins' workspace, GitHub and mailbox in one browser window.

    page = await Page.start(slack, github, llm, mail, story)
    page.url                                                  # http://127.0.0.1:port/
    await page.aclose()

`GET /state?viewer=U…` is everything as one JSON, `GET /events` tells by server-sent events when it changed,
`POST /act` does what a person does: `{"kind": "command", "viewer": "U…", "channel": "C…", …}`.

Hooks for browser tests (`data-testid`), stable whatever the page looks like:

    viewer-select llm-mode play-story story-progress panel-story panel-github panel-mail
    time skip-<name> away inbox-<user> channel-add leave join
    channel-<name> app-patchforge home-tab messages-tab home invite-bot
    composer (its textarea writes, Enter sends) thread thread-composer thread-close
    message-<ts> (the parent stands in the channel and in its open thread: look inside `thread` for that one)
    thread-open-<ts> dismiss-<ts> button-<action_id> input-<action_id> menu-<action_id>
    modal modal-submit modal-cancel modal-close error-<block_id> confirm confirm-yes confirm-deny toast
    gh-actor gh-open gh-open-<n> gh-open-own gh-configure gh-configure-<what> gh-propose-<what>
    gh-owners-<what> gh-repository gh-rename gh-add_repositories gh-activation gh-authorize gh-deny
    pull-<number> gh-paste
    gh-<act> (they belong to the pull request that is unfolded; the newest is, until another is clicked)
    ask ask-go (small questions of the GitHub panel; their fields have the ids ask-<name>)
    mail-item mail-reader mail-to mail-html mail-text mail-frame mail-body story-step (with data-status)
"""

from sandbox.page.commands import COMMANDS, CommandHelp
from sandbox.page.server import Page
from sandbox.page.stories import Story, StoryStep

__all__ = ["COMMANDS", "CommandHelp", "Page", "Story", "StoryStep"]
