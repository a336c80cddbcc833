"""What happens to whole repositories by the panel's menus: pull requests and files come, names change."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence

from sandbox.github import CommitSpec, GitHub, PullSpec
from sandbox.page.fields import Fields, people
from sandbox.page.github_acts import PullActs

CONFIGURATION, OWNERS = ".patchforge.yml", ".github/CODEOWNERS"
_RIGHT = """\
version: 1
subscriptions:
  - channel: "#payments"
    filter: "-label:wip"
    broadcast: [merged]
sla:
  hours: 4
"""
CONFIGURATIONS = {"right": _RIGHT, "wrong": _RIGHT.replace("hours:", "huors:"), "gone": None}
"""What the configuration file says after each act; None removes it."""
# Eight, and the one that is there, are more than the five that other bots remind of.
SERVICES = ("billing", "catalog", "checkout", "invoices", "ledger", "search", "shipping", "storefront")


class GithubActs:
    """Does what a button or menu of the panel says."""

    def __init__(self, github: GitHub, prepared: Sequence[PullSpec]) -> None:
        self._github = github
        self._prepared = prepared
        self._pulls = PullActs(github).acts
        self._places: Mapping[str, Callable[[str, Fields], Awaitable[object]]] = {
            "open": self._open,
            "configure": self._configure,
            "propose": self._propose,
            "owners": self._owners,
            "rename": lambda repo, fields: github.rename_repo(repo, fields.text("name"), self._by(fields)),
            "add_repositories": self._add_repositories,
            "authorize": lambda _, fields: github.authorize_device(fields.text("code"), fields.text("by")),
            "deny": lambda _, fields: github.deny_device(fields.text("code")),
        }

    @property
    def names(self) -> frozenset[str]:
        """Name every act."""
        return frozenset({*self._places, *self._pulls})

    async def perform(self, act: str, fields: Fields) -> None:
        """Do one act; KeyError or ValueError when GitHub has no such thing or would refuse it."""
        repo = fields.text("repo")
        if act in self._places:
            await self._places[act](repo, fields)
        elif act in self._pulls:
            await self._pulls[act](repo, self._github.pull(repo, fields.number("number")), fields)
        else:
            raise ValueError(f"there is no act called {act}")

    def _by(self, fields: Fields) -> str:
        return fields.text("by", "") or people(self._github)[0]

    async def _open(self, repo: str, fields: Fields) -> None:
        index = fields.raw("prepared")
        if isinstance(index, int):
            await self._github.open_pull(repo, self._prepared[index])
            return
        home, title = self._github.repo(repo), fields.text("title")
        reviewer, author = fields.text("reviewer", ""), self._by(fields)
        asked = {*people(self._github), *self._github.state.teams} - {author}
        slug, number = _slug(title), len(home.issues) + 1
        base = fields.text("base", "") or home.default_branch
        home.branches.setdefault(base, home.branches[home.default_branch])
        path = fields.text("path", "").strip("/ ") or f"docs/changes/{slug}.md"
        text = home.commits[home.branches[base]].tree.get(path, "")
        commit = CommitSpec(title, {path: f"{text}# {title}\n# Written in the sandbox.\n# Not for sale.\n"})
        spec = PullSpec(
            title=title,
            body=f"{title}.",
            branch=f"{slug}-{number}",
            author=author,
            commits=(commit,),
            base=base,
            reviewers=(reviewer,) if reviewer in asked else (),
            draft=fields.text("draft", "no") == "yes",
            fork=fields.text("fork", "no") == "yes",
        )
        await self._github.open_pull(repo, spec)

    async def _configure(self, repo: str, fields: Fields) -> None:
        """Push a configuration file to the default branch: one that is right, one that is not, or none."""
        text = CONFIGURATIONS[fields.text("what")]
        await self._push(repo, fields, CommitSpec("Say in a file what channels hear", {CONFIGURATION: text}))

    async def _propose(self, repo: str, fields: Fields) -> None:
        """Open a pull request that adds or changes the configuration file."""
        title = "Say in a file what channels hear"
        commit = CommitSpec(title, {CONFIGURATION: CONFIGURATIONS[fields.text("what")]})
        number = len(self._github.repo(repo).issues) + 1
        await self._github.open_pull(
            repo, PullSpec(title, None, f"configure-{number}", self._by(fields), (commit,))
        )

    async def _owners(self, repo: str, fields: Fields) -> None:
        """Push a CODEOWNERS file to the default branch, or remove it."""
        first, team = people(self._github)[0], next(iter(self._github.state.teams.values()))
        text = f"* @{first}\n/payments/ @{team.org}/{team.slug}\n"
        gone = fields.text("what") == "gone"
        await self._push(repo, fields, CommitSpec("Say who owns what", {OWNERS: None if gone else text}))

    async def _push(self, repo: str, fields: Fields, spec: CommitSpec) -> None:
        branch = self._github.repo(repo).default_branch
        await self._github.push(repo, branch, spec, by=self._by(fields))

    async def _add_repositories(self, repo: str, fields: Fields) -> None:
        """Add repositories beside this one, each with a pull request that waits for a review."""
        owner, by, app = self._github.repo(repo).owner, self._by(fields), self._github.state.app
        reviewer = next(login for login in people(self._github) if login != by)
        for name in SERVICES:
            made = self._github.add_repository(f"{owner}/{name}", {"README.md": f"# {name}\n"})
            if app is not None:
                app.repositories.add(made.id)
            commit = CommitSpec(f"Say what {name} is for", {"README.md": f"# {name}\n\nIt is for sale.\n"})
            spec = PullSpec(commit.message, None, "readme", by, (commit,), reviewers=(reviewer,))
            await self._github.open_pull(made.full_name, spec)


def _slug(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:40] or "change"
