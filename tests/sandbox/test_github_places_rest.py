"""Lists of repositories and branches, as strict as GitHub's."""

from collections.abc import Mapping

import gidgethub
import httpx2
import pytest

from tests.sandbox.github_kit import scene


async def test_one_sees_the_repositories_one_belongs_to() -> None:
    async with scene() as here:
        here.github.add_repository("acme/inside", private=True)
        here.github.add_repository("beta/outside")
        found = [repo["full_name"] async for repo in here.api.getiter("/user/repos?sort=pushed&per_page=1")]
        assert "beta/outside" not in found
        assert found == sorted(found)
        with pytest.raises(gidgethub.BadRequest, match="Validation Failed"):
            await here.api.getitem("/user/repos?sort=stars")


async def test_nobody_and_an_installation_have_no_repositories_of_their_own() -> None:
    async with scene() as here, httpx2.AsyncClient() as http:
        answer = await http.get(f"{here.github.state.api}/user/repos")
        assert answer.status_code == 401
        here.github.install_app("acme", [here.demo.repo])
        app = here.github.state.app
        assert app
        token, _ = here.github.installation_token(app)
        headers: Mapping[str, str] = {"Authorization": f"Bearer {token}"}
        answer = await http.get(f"{here.github.state.api}/user/repos", headers=headers)
        assert answer.status_code == 403


async def test_a_search_takes_words_and_owners_and_shows_what_one_may_see() -> None:
    async with scene() as here:
        here.github.add_repository("gamma/payments-secret", private=True)
        here.github.add_repository("beta/payments-docs")
        path = "/search/repositories?q=payments+in:name"
        answer = await here.api.getitem(path)
        names = {repo["full_name"] for repo in answer["items"]}
        assert names == {here.demo.repo, "beta/payments-docs"}
        assert answer["total_count"] == 2
        (only,) = (await here.api.getitem(f"{path}+user:beta"))["items"]
        assert only["full_name"] == "beta/payments-docs"
        for refused in ("/search/repositories", f"{path}+user:nobody-at-all"):
            with pytest.raises(gidgethub.BadRequest):
                await here.api.getitem(refused)


async def test_branches_are_listed_by_name() -> None:
    async with scene() as here:
        await here.github.open_pull(here.demo.repo, here.demo.feature)
        names = [branch["name"] async for branch in here.api.getiter(f"{here.repo}/branches")]
        assert names == sorted({"main", here.demo.feature.branch})
