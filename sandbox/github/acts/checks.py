"""Acts of continuous integration: check runs with their suite and workflow run, and commit statuses."""

from collections.abc import Iterable

from sandbox.github.acts.branches import BranchActs
from sandbox.github.model import CheckRun, CheckSuite, Repository, Status
from sandbox.github.render import checks

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
        home.statuses.append(item)
        self.emit(home, "status", by, checks.status_event(self.state, home, item))
        return item

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
