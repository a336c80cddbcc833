"""Endpoints of pull requests and issues."""

from aiohttp import web

from sandbox.github.model import Issue, Pull, Repository
from sandbox.github.render import commits, issues, pulls
from sandbox.github.rest.gate import Gate
from sandbox.github.rest.reply import ApiError, Endpoint, Reply, Viewer, not_found, page

MOST_FILES, MOST_COMMITS = 3_000, 250
DIFF_FILES, DIFF_LINES = 300, 20_000


class PullsApi:
    """Pull requests, their files, commits, reviews and comments; issues and theirs."""

    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        self.github = gate.github
        self.state = gate.github.state

    def in_repository(self) -> dict[str, Endpoint]:
        """Map the rest of a repository's path to the endpoint behind it."""
        pull = "/pulls/{number:\\d+}"
        return {
            "/pulls": self.pulls,
            pull: self.pull,
            f"{pull}/files": self.files,
            f"{pull}/commits": self.commits,
            f"{pull}/reviews": self.reviews,
            f"{pull}/comments": self.review_comments,
            "/issues/{number:\\d+}": self.issue,
            "/issues/{number:\\d+}/comments": self.comments,
            "/issues/{number:\\d+}/events": self.events,
        }

    def pulls(self, request: web.Request, viewer: Viewer) -> Reply:
        """Answer `GET …/pulls` by state, base and head (`owner:branch`), sorted by creation or update."""
        repo = self.gate.repository(request, viewer)
        query = request.query
        state, base, head = query.get("state", "open"), query.get("base"), query.get("head")
        found = [
            pull
            for pull in repo.pulls
            if state in {"all", pull.state}
            and base in {None, pull.base_ref}
            and head in {None, f"{pull.head_owner}:{pull.head_ref}"}
        ]
        by_update = query.get("sort") == "updated"
        ascending = (
            query.get("direction", "desc" if query.get("sort", "created") == "created" else "asc") == "asc"
        )
        found.sort(
            key=lambda pull: (pull.updated_at if by_update else pull.created_at, pull.number),
            reverse=not ascending,
        )
        return page(request, self.state.api, found, lambda p: pulls.simple(self.state, repo, p, hook=False))

    def pull(self, request: web.Request, viewer: Viewer) -> Reply:
        """Answer `GET …/pulls/{n}` as JSON, or as a diff of at most 300 files and 20,000 lines."""
        repo, pull = self._pull(request, viewer)
        if "diff" in request.headers.get("Accept", ""):
            return self._diff(repo, pull)
        mergeable = self.github.mergeable(repo, pull) if pull.state == "open" else None
        return Reply(pulls.full(self.state, repo, pull, mergeable=mergeable, hook=False))

    def _diff(self, repo: Repository, pull: Pull) -> Reply:
        files = self.github.files_of(repo, pull)
        text = "".join(map(str, files))
        for limit, name, size in ((DIFF_FILES, "files", len(files)), (DIFF_LINES, "lines", text.count("\n"))):
            if size > limit:
                raise ApiError(
                    406,
                    f"Sorry, the diff exceeded the maximum number of {name} ({limit}). Consider using "
                    "'List pull requests files' API or locally cloning the repository instead.",
                    errors=[{"resource": "PullRequest", "field": "diff", "code": "too_large"}],
                )
        return Reply(text=text, content_type="application/vnd.github.diff")

    def files(self, request: web.Request, viewer: Viewer) -> Reply:
        """Answer `GET …/pulls/{n}/files`, at most 3,000."""
        repo, pull = self._pull(request, viewer)
        files = self.github.files_of(repo, pull)
        return page(
            request,
            self.state.api,
            files,
            lambda f: commits.file(self.state, repo, pull.head_sha, f),
            MOST_FILES,
        )

    def commits(self, request: web.Request, viewer: Viewer) -> Reply:
        """Answer `GET …/pulls/{n}/commits`, at most 250, oldest first."""
        repo, pull = self._pull(request, viewer)
        found = self.github.commits_of(repo, pull)
        return page(
            request, self.state.api, found, lambda c: commits.commit(self.state, repo, c), MOST_COMMITS
        )

    def reviews(self, request: web.Request, viewer: Viewer) -> Reply:
        """Answer `GET …/pulls/{n}/reviews`, oldest first."""
        repo, pull = self._pull(request, viewer)
        return page(
            request,
            self.state.api,
            pull.reviews,
            lambda r: pulls.review(self.state, repo, pull, r, rest=True),
        )

    def review_comments(self, request: web.Request, viewer: Viewer) -> Reply:
        """Answer `GET …/pulls/{n}/comments`: the comments on lines."""
        repo, pull = self._pull(request, viewer)
        found = pull.review_comments
        return page(request, self.state.api, found, lambda c: pulls.review_comment(self.state, repo, pull, c))

    def issue(self, request: web.Request, viewer: Viewer) -> Reply:
        """Answer `GET …/issues/{n}`, for pull requests too."""
        repo, item = self._issue(request, viewer)
        return Reply(issues.issue(self.state, repo, item))

    def comments(self, request: web.Request, viewer: Viewer) -> Reply:
        """Answer `GET …/issues/{n}/comments`: the conversation, oldest first."""
        repo, item = self._issue(request, viewer)
        return page(
            request, self.state.api, item.comments, lambda c: issues.comment(self.state, repo, item, c)
        )

    def events(self, request: web.Request, viewer: Viewer) -> Reply:
        """Answer `GET …/issues/{n}/events`: what happened to it, oldest first."""
        repo, item = self._issue(request, viewer)
        return page(request, self.state.api, item.happened, lambda one: issues.event(self.state, repo, one))

    def _issue(self, request: web.Request, viewer: Viewer) -> tuple[Repository, Issue]:
        repo = self.gate.repository(request, viewer)
        found = repo.issues.get(int(request.match_info["number"]))
        if found is None:
            raise not_found()
        return repo, found

    def _pull(self, request: web.Request, viewer: Viewer) -> tuple[Repository, Pull]:
        repo, found = self._issue(request, viewer)
        if not isinstance(found, Pull):
            raise not_found()
        return repo, found
