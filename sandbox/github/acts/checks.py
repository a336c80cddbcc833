"""Acts of continuous integration: check runs with their suite and workflow run, and commit statuses."""

from collections.abc import Iterable

from sandbox.github.acts.branches import BranchActs
from sandbox.github.model import CheckRun, CheckSuite, Repository, Status
from sandbox.github.render import checks
from sandbox.github.world import ZERO_SHA

# What a suite concludes is the gravest conclusion of its runs.
GRAVITY = ("failure", "timed_out", "action_required", "cancelled", "stale", "success", "neutral", "skipped")


class CheckActs(BranchActs):
    """Starting and finishing the checks of a pull request's head."""

    async def start_checks(
        self, repo: str, number: int, names: Iterable[str] = ("lint", "test")
    ) -> CheckSuite:
        """Start CI on the head commit: `check_suite` and `workflow_run` requested, `check_run` created."""
        home, pull = self.repo(repo), self.pull(repo, number)
        at = self.now()
        before = home.commits[pull.head_sha].parents[0]
        suite = CheckSuite(
            id=self.new_id(),
            workflow_run_id=self.new_id(),
            run_number=len(home.suites) + 1,
            workflow="CI",
            actor=pull.author,
            head_sha=pull.head_sha,
            head_branch=pull.head_ref,
            head_repo=pull.head_repo,
            before=before,
            created_at=at,
            updated_at=at,
        )
        home.suites.append(suite)
        self._tell_suite(home, suite, "requested")
        self._tell_workflow(home, suite, "requested")
        suite.status = "in_progress"
        self._tell_workflow(home, suite, "in_progress")
        for name in names:
            run = CheckRun(self.new_id(), name, at, "in_progress")
            suite.runs.append(run)
            self._tell_run(home, suite, run, "created")
        return suite

    async def finish_check(
        self, repo: str, number: int, name: str, conclusion: str, summary: str | None = None
    ) -> CheckRun:
        """Conclude one check of the head commit; the last one also completes suite and workflow run."""
        home, pull = self.repo(repo), self.pull(repo, number)
        suite, run = next(
            (suite, run)
            for suite in reversed(home.suites)
            if suite.head_sha == pull.head_sha
            for run in suite.runs
            if run.name == name
        )
        run.status, run.conclusion, run.completed_at = "completed", conclusion, self.now()
        run.title, run.summary = (f"{name}: {conclusion}", summary) if summary else (None, None)
        suite.updated_at = self.now()
        if all(one.status == "completed" for one in suite.runs):
            suite.status = "completed"
            suite.conclusion = min((one.conclusion or "neutral" for one in suite.runs), key=GRAVITY.index)
        self._tell_run(home, suite, run, "completed")
        if suite.status == "completed":
            self._tell_suite(home, suite, "completed")
            self._tell_workflow(home, suite, "completed")
        return run

    async def status(
        self, repo: str, number: int, context: str, state: str, *, by: str, description: str | None = None
    ) -> Status:
        """Set a commit status (`pending success failure error`) on the head commit: `status`."""
        home, pull = self.repo(repo), self.pull(repo, number)
        page = f"https://ci.example/{context}/{pull.head_sha[:7]}"
        item = Status(self.new_id(), pull.head_sha, state, context, description, page, by, self.now())
        return self.set_status(home, item)

    def set_status(self, repo: Repository, item: Status) -> Status:
        """Set a commit status on any commit: `status`."""
        repo.statuses.append(item)
        self.emit(repo, "status", item.creator, checks.status_event(self.state, repo, item))
        return item

    def suite_of_app(self, repo: Repository, sha: str) -> CheckSuite:
        """Find the suite that the installed App has on a commit, or make it."""
        for suite in repo.suites:
            if suite.by_app and suite.head_sha == sha:
                return suite
        app, at = self.state.app, self.now()
        home, branch = self._where(repo, sha)
        suite = CheckSuite(
            id=self.new_id(),
            workflow_run_id=0,
            run_number=0,
            workflow="",
            actor=app.owner if app else repo.owner,
            head_sha=sha,
            head_branch=branch,
            head_repo=home,
            before=next(iter(repo.commits[sha].parents), ZERO_SHA),
            created_at=at,
            updated_at=at,
            by_app=True,
        )
        repo.suites.append(suite)
        return suite

    def _where(self, repo: Repository, sha: str) -> tuple[int | None, str]:
        """Find the repository and the branch whose head a commit is."""
        for pull in repo.pulls:
            if pull.head_sha == sha:
                return pull.head_repo, pull.head_ref
        return repo.id, next((name for name, head in repo.branches.items() if head == sha), "")

    def app_reported(self, repo: Repository, suite: CheckSuite, run: CheckRun, *, new: bool) -> None:
        """Let a check run of the App be heard of, and its suite once all of them have ended."""
        suite.updated_at = self.now()
        done = all(one.status == "completed" for one in suite.runs)
        suite.status = "completed" if done else "in_progress"
        if done:
            suite.conclusion = min((one.conclusion or "neutral" for one in suite.runs), key=GRAVITY.index)
        if new:
            self._tell_run(repo, suite, run, "created")
        if run.status == "completed":
            self._tell_run(repo, suite, run, "completed")
        if done:
            self._tell_suite(repo, suite, "completed")

    def _tell_run(self, repo: Repository, suite: CheckSuite, run: CheckRun, action: str) -> None:
        whole = checks.check_run(self.state, repo, suite, run)
        self.emit(repo, "check_run", suite.actor, {"action": action, "check_run": whole})

    def _tell_suite(self, repo: Repository, suite: CheckSuite, action: str) -> None:
        whole = checks.check_suite(self.state, repo, suite)
        self.emit(repo, "check_suite", suite.actor, {"action": action, "check_suite": whole})

    def _tell_workflow(self, repo: Repository, suite: CheckSuite, action: str) -> None:
        body = {
            "action": action,
            "workflow_run": checks.workflow_run(self.state, repo, suite),
            "workflow": checks.workflow(self.state, repo, suite),
        }
        self.emit(repo, "workflow_run", suite.actor, body)
