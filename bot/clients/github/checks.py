"""What GitHub shows beside a commit: check runs for a GitHub App, commit statuses for whoever else may."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

import msgspec

from bot.clients.github.answers import convert
from bot.clients.github.api import Api

# GitHub takes no longer words for a commit status.
_DESCRIPTION = 140


class _Run(msgspec.Struct):
    id: int
    external_id: str | None = None


class _Runs(msgspec.Struct):
    check_runs: list[_Run]


class Checks:
    """Tells GitHub how a commit fares."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def known(self, repo: str, sha: str, name: str, key: str) -> int | None:
        """Return the check run of this name that was made with this key, if there is one."""
        page = await self._api.page(repo, f"/repos/{repo}/commits/{sha}/check-runs?check_name={quote(name)}")
        runs = convert(_Runs, page.data if page else {"check_runs": []}).check_runs
        return next((run.id for run in runs if run.external_id == key), None)

    async def conclude(
        self,
        repo: str,
        sha: str,
        name: str,
        conclusion: str,
        outputs: Sequence[Mapping[str, Any]],
        *,
        key: str,
        known: int | None = None,
    ) -> int:
        """Make a check run that has ended, or end a `known` one, and return its id; only Apps may.

        GitHub takes the `annotations` of one output at a time, and adds those of the next.
        """
        ended = {"name": name, "status": "completed", "conclusion": conclusion}
        run = known
        for output in outputs:
            if run is None:
                body = {**ended, "head_sha": sha, "external_id": key, "output": output}
                run = convert(_Run, await self._api.send(repo, f"/repos/{repo}/check-runs", body)).id
            else:
                body = {**ended, "output": output}
                await self._api.send(repo, f"/repos/{repo}/check-runs/{run}", body, anew=False)
        if run is None:
            raise ValueError("a check run has an output")
        return run

    async def status(self, repo: str, sha: str, context: str, state: str, description: str) -> None:
        """Set a commit status (`success`, `failure`); the latest of a context counts."""
        said = description if len(description) <= _DESCRIPTION else f"{description[: _DESCRIPTION - 1]}…"
        body = {"state": state, "context": context, "description": said}
        await self._api.send(repo, f"/repos/{repo}/statuses/{sha}", body)
