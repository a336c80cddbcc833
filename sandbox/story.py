"""The story that the demo plays: one pull request, from its opening to a note in a mailbox."""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sandbox.github import Demo, GitHub, PullSpec
from sandbox.mail import MailServer
from sandbox.slack import Conversation, Message, NotVisibleError, SlackServer, User

Status = Literal["waiting", "running", "done", "failed"]

# What the bot shows to be typed in on GitHub.
_CODE = re.compile(r"\b[A-Z0-9]{4}-[A-Z0-9]{4}\b")
# How long a step may take before it counts as failed, in seconds.
_PATIENCE = 20.0


class StoryError(Exception):
    """A step did not come true; the text says what was expected."""


@dataclass(slots=True)
class Step:
    """One step; `detail` says what came of it, `seconds` how long it took."""

    title: str
    run: Callable[[], Awaitable[str]]
    status: Status = "waiting"
    detail: str = ""
    seconds: float | None = None


class Story:
    """Plays the steps in order and checks each; `pause` is the time between two, in seconds."""

    def __init__(
        self,
        slack: SlackServer,
        github: GitHub,
        mail: MailServer,
        *,
        demo: Demo,
        people: Mapping[str, User],
        channel: Conversation,
        pause: float = 0.0,
    ) -> None:
        self.slack, self.github, self.mail = slack, github, mail
        self.demo, self.people, self.channel, self.pause = demo, people, channel, pause
        self._home = github.repo(demo.repo)
        self._changed = asyncio.Condition()
        self._spec: PullSpec = demo.feature
        self._number = 0
        self._card = self._draft = ""
        self._mails = 0
        self.steps: Sequence[Step] = self._written()

    async def play(self) -> bool:
        """Play all steps from the first with a pull request that is not open yet; True if all came true."""
        self._spec = self._next_spec()
        self._mails = len(self.mail.messages)
        self.steps = self._written()
        for step in self.steps:
            step.status = "running"
            await self._tell()
            started = time.perf_counter()
            try:
                step.detail = await asyncio.wait_for(step.run(), _PATIENCE)
                step.status = "done"
            except TimeoutError:
                step.status, step.detail = "failed", f"nothing of it was seen within {_PATIENCE:.0f} seconds"
            except (StoryError, NotVisibleError, ValueError, KeyError) as error:
                step.status, step.detail = "failed", str(error)
            step.seconds = time.perf_counter() - started
            await self._tell()
            if step.status == "failed":
                return False
            await asyncio.sleep(self.pause)
        return True

    async def changed(self) -> None:
        """Wait for the next change of a step."""
        async with self._changed:
            await self._changed.wait()

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    def _next_spec(self) -> PullSpec:
        titles = {pull["title"] for repo in self.github.snapshot()["repositories"] for pull in repo["pulls"]}
        for spec in (self.demo.feature, self.demo.fix):
            if spec.title not in titles:
                return spec
        raise StoryError("both of the story's pull requests are open already; start the demo again")

    def _written(self) -> Sequence[Step]:
        author, reviewer, maintainer, late = (
            self.people[login].real_name.split()[0]
            for login in (self._author, self.demo.reviewer, self.demo.maintainer, self.demo.second_reviewer)
        )
        return (
            Step("Everybody tells PatchForge who they are on GitHub", self._link),
            Step(f"{maintainer} subscribes #{self.channel.name} to {self._repo}", self._subscribe),
            Step(f"{author} opens “{self._spec.title}”", self._open),
            Step(f"{author} asks {reviewer} for a review", self._request),
            Step("CI fails", self._fail),
            Step(f"{reviewer} asks for changes", self._object),
            Step(f"{author} pushes, and CI passes", self._push),
            Step(f"{author} asks {reviewer} to look again", self._request_again),
            Step(f"{reviewer} approves", self._approve_pull),
            Step(f"{maintainer} merges, and the card folds to one line", self._merge),
            Step("PatchForge drafts the release note in the thread", self._drafted),
            Step(f"{author} cannot approve the note of their own change", self._own_note),
            Step(
                f"{maintainer} and {late} approve at once: one sends, the other is told who was first",
                self._approve_note,
            ),
            Step("Every contributor with an address has the note in their mailbox", self._mailed),
        )

    @property
    def _repo(self) -> str:
        return self._home.full_name

    @property
    def _author(self) -> str:
        return self._spec.author or self.demo.author

    def _user(self, login: str) -> str:
        return self.people[login].id

    async def _link(self) -> str:
        await asyncio.gather(*(self._link_one(login) for login in self.people))
        return f"{len(self.people)} people linked"

    async def _link_one(self, login: str) -> None:
        """Say it, and where the bot wants proof type its code in on GitHub."""
        user = self._user(login)
        said = await self._command(user, f"link {login}", login, "type the code")
        if found := _CODE.search(said):
            await self.github.authorize_device(found[0], login)
            await self._find(lambda: self.slack.direct_messages(user), ("Linked", login))

    async def _subscribe(self) -> str:
        text = f"subscribe {self._repo} reviews,merges,notes,ci,comments"
        await self._command(self._user(self.demo.maintainer), text, "follows")
        return f"/patchforge {text}"

    async def _open(self) -> str:
        pull = await self.github.open_pull(self._repo, self._spec)
        self._number = pull.number
        card = await self._in_channel(self._spec.title)
        self._card = card.ts
        return f"card of {self._repo}#{pull.number} posted"

    async def _request(self) -> str:
        await self.github.request_review(self._repo, self._number, self.demo.reviewer, self._author)
        await self._on_card("Waiting for", self._user(self.demo.reviewer))
        return "the same card now says who is waited for"

    async def _fail(self) -> str:
        await self.github.start_checks(self._repo, self._number)
        await self.github.finish_check(self._repo, self._number, "lint", "success")
        await self.github.finish_check(self._repo, self._number, "test", "failure")
        await self._reply("CI failed")
        await self._on_card("1 of 2 failed")
        return "said once in the thread, and on the card"

    async def _object(self) -> str:
        await self.github.submit_review(
            self._repo,
            self._number,
            self.demo.reviewer,
            "changes_requested",
            "Close. Please say what happens when the same key comes with another amount.",
        )
        await self._reply("asked for changes")
        return "the verdict stands in the thread"

    async def _push(self) -> str:
        commits = [self.demo.feature_follow_up] if self._spec is self.demo.feature else []
        if commits:
            await self.github.push(self._repo, self._spec.branch, *commits, by=self._author)
        await self.github.start_checks(self._repo, self._number)
        for name in ("lint", "test"):
            await self.github.finish_check(self._repo, self._number, name, "success")
        await self._on_card("2 checks")
        return "the card shows green checks"

    async def _request_again(self) -> str:
        await self.github.request_review(self._repo, self._number, self.demo.reviewer, self._author)
        await self._reply("look again", self._user(self.demo.reviewer))
        return "the reviewer is mentioned in the thread"

    async def _approve_pull(self) -> str:
        await self.github.submit_review(
            self._repo, self._number, self.demo.reviewer, "approved", "Thank you, this reads well."
        )
        await self._on_card("ready to merge")
        return "the card says that it can be merged"

    async def _merge(self) -> str:
        await self.github.merge(self._repo, self._number, self.demo.maintainer)
        card = await self._on_card("merged by")
        if len(card.blocks) != 1:
            raise StoryError("the card did not fold")
        return "one line is left of the card"

    async def _drafted(self) -> str:
        draft = await self._reply("Regenerate")
        self._draft = draft.ts
        return draft.text

    async def _own_note(self) -> str:
        return await self._click_approve(self._author, "You wrote this change")

    async def _approve_note(self) -> str:
        logins = (self.demo.maintainer, self.demo.second_reviewer)
        clicks = (
            self.slack.click(self._user(login), self.channel.id, self._draft, "pf.draft.approve")
            for login in logins
        )
        answers = [result.messages for result in await asyncio.gather(*clicks)]
        told = [words(message) for answer in answers for message in answer]
        winner = self._user(logins[0] if not answers[0] else logins[1])
        if len(told) != 1 or winner not in told[0] or "approved this note already" not in told[0]:
            raise StoryError(f"expected one of two to be told who was first, but the bot said: {told}")
        await self._reply("Approved by", winner)
        return told[0]

    async def _mailed(self) -> str:
        await self.mail.until(lambda server: len(server.messages) > self._mails)
        await self._reply("✓")
        mails = list(self.mail.messages)[self._mails :]
        to = [address for mail in mails for address in mail.recipients]
        if len(to) != len(set(to)):
            raise StoryError(f"somebody got the note twice: {', '.join(to)}")
        return f"sent to {', '.join(to)}"

    async def _click_approve(self, login: str, *expected: str) -> str:
        result = await self.slack.click(self._user(login), self.channel.id, self._draft, "pf.draft.approve")
        said = "\n".join(words(message) for message in result.messages)
        if not all(part in said for part in expected):
            raise StoryError(f"expected “{expected[0]}”, but the bot said: {said or 'nothing'}")
        return said.splitlines()[0]

    async def _command(self, user: str, text: str, *expected: str) -> str:
        """Type a command, whose answer must say one of these, and return it."""
        result = await self.slack.command(user, self.channel.id, "/patchforge", text)
        said = "\n".join(words(message) for message in result.messages)
        if not any(part in said for part in expected):
            raise StoryError(f"/patchforge {text} answered: {said or result.error or 'nothing'}")
        return said

    async def _in_channel(self, *parts: str) -> Message:
        return await self._find(lambda: self.slack.messages(self.channel.id), parts)

    async def _on_card(self, *parts: str) -> Message:
        return await self._find(
            lambda: [one for one in self.slack.messages(self.channel.id) if one.ts == self._card], parts
        )

    async def _reply(self, *parts: str) -> Message:
        return await self._find(lambda: self.slack.thread(self.channel.id, self._card), parts)

    async def _find(self, among: Callable[[], Sequence[Message]], parts: Sequence[str]) -> Message:
        def look() -> Message | None:
            for message in reversed(among()):
                if all(part in words(message) for part in parts):
                    return message
            return None

        found: Message | None = await self.slack.until(look, _PATIENCE)
        if found is None:
            raise StoryError(f"nothing says “{parts[0]}”")
        return found


def words(message: Message) -> str:
    """Return all words that a message's blocks show, buttons included."""
    found: list[str] = []

    def walk(value: Any) -> None:
        if isinstance(value, Mapping):
            if isinstance(value.get("text"), str):
                found.append(value["text"])
            for inner in value.values():
                walk(inner)
        elif isinstance(value, list):
            for inner in value:
                walk(inner)

    walk(message.blocks)
    return "\n".join(found) or message.text
