"""The doctor and a GitHub App: each step from its key to the last delivery is ok or says what to do."""

from dataclasses import dataclass
from typing import Any

import pytest

from sandbox.github.model import App
from tests.doctor.doctor_kit import found_in
from tests.secrets.log_kit import pem
from tests.world import SECRET, World


@dataclass
class Installed:
    """A world whose repository has the App, and the settings that name it."""

    world: World
    app: App
    settings: dict[str, Any]

    async def look(self, **changed: Any) -> dict[str, tuple[str, str]]:
        """Examine."""
        return await found_in(self.world, **{**self.settings, **changed})


@pytest.fixture
async def installed(followed: World) -> Installed:
    github = followed.github
    key = github.install_app("acme", [followed.repo])
    github.hooks.clear()
    github.add_hook(None, f"{followed.address}/webhooks/github", secret=SECRET)
    await github.settled()
    app = github.state.app
    assert app is not None
    named = {"github_token": None, "github_app_id": app.id, "github_app_private_key": key}
    return Installed(followed, app, named)


async def test_an_app_that_works_is_ok_from_its_key_to_its_deliveries(installed: Installed) -> None:
    await installed.world.github.open_pull(installed.world.repo, installed.world.demo.feature)
    await installed.world.github.settled()
    found = await installed.look()
    for about in ("App", "App events", "App webhook", "App deliveries", "rate limit"):
        assert found[f"GitHub {about}"][0] == "ok", found[f"GitHub {about}"]
    assert found[installed.world.repo] == ("ok", "can be read")
    assert not [one for one in found.values() if one[0] == "fix"]


async def test_a_key_of_another_app_or_none_at_all_is_told(installed: Installed) -> None:
    mark, says = (await installed.look(github_app_private_key=pem()))["GitHub"]
    assert mark == "fix"
    assert "401" in says
    assert "GITHUB_APP_ID and its key" in says
    mark, says = (await installed.look(github_app_private_key="no key"))["GitHub"]
    assert mark == "fix"
    assert "RSA private key" in says


async def test_missing_permissions_and_events_are_named(installed: Installed) -> None:
    del installed.app.permissions["checks"]
    installed.app.events.remove("workflow_run")
    found = await installed.look()
    assert found["GitHub App"][0] == found["GitHub App events"][0] == "fix"
    assert "read access to checks" in found["GitHub App"][1]
    assert found["GitHub App events"][1].endswith("the events workflow_run")
    assert found[installed.world.repo] == (
        "fix",
        "the App's new permissions wait there to be accepted: checks",
    )


async def test_the_webhook_must_be_there_lead_here_and_be_signed(installed: Installed) -> None:
    (hook,) = installed.world.github.hooks.values()
    mark, says = (await installed.look(public_url="https://elsewhere.example"))["GitHub App webhook"]
    assert mark == "fix"
    assert f"leads to {hook.url}, not https://elsewhere.example/webhooks/github" in says
    hook.secret = None
    assert "it has no secret" in (await installed.look())["GitHub App webhook"][1]
    hook.url = ""
    assert "no address" in (await installed.look())["GitHub App webhook"][1]
    installed.world.github.hooks.clear()
    assert "tick Active" in (await installed.look())["GitHub App webhook"][1]


async def test_a_repository_without_the_app_or_a_suspended_one_is_told(installed: Installed) -> None:
    installed.app.suspended_at = installed.app.created_at
    assert "suspended" in (await installed.look())[installed.world.repo][1]
    installed.app.repositories.clear()
    mark, says = (await installed.look())[installed.world.repo]
    assert mark == "fix"
    assert says.startswith("the App is not installed there")
