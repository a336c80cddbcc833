"""Which links are pull requests, and of which messages they are shown."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.pasted.links import PullLink, pull_link, pull_links

WEB = "https://github.com"
PULL = f"{WEB}/acme/shop/pull/7"


@pytest.mark.parametrize(
    "url",
    [
        PULL,
        f"{PULL}/",
        f"{PULL}/files",
        f"{PULL}/files/0a1b2c3d..4e5f6a7b",
        f"{PULL}/changes",
        f"{PULL}/commits",
        f"{PULL}/commits/0123456789abcdef0123456789abcdef01234567",
        f"{PULL}/checks?check_run_id=99",
        f"{PULL}#discussion_r123456",
        f"{PULL}#issuecomment-1",
        f"{PULL}/files#diff-1R20",
        f"{PULL}?w=1&notification_referrer_id=x",
        "https://GitHub.com/Acme/Shop/pull/7",
        "https://github.com:443/acme/shop/pull/7",
        "https://www.github.com/acme/shop/pull/7",
        "HTTPS://github.com/acme/shop/pull/7",
        "http://github.com/acme/shop/pull/7",
    ],
)
def test_every_page_of_a_pull_request_leads_to_it(url: str) -> None:
    assert pull_link(url, WEB) == PullLink(url, "acme/shop", 7)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "no address",
        f"{WEB}/acme/shop",
        f"{WEB}/acme/shop/issues/7",
        f"{WEB}/acme/shop/pulls",
        f"{WEB}/acme/shop/pull",
        f"{WEB}/acme/shop/pull/",
        f"{WEB}/acme/shop/pull/0",
        f"{WEB}/acme/shop/pull/07",
        f"{WEB}/acme/shop/pull/-7",
        f"{WEB}/acme/shop/pull/7x",
        f"{WEB}/acme/shop/pull/7.diff",
        f"{WEB}/acme/shop/pull/7%20",
        f"{WEB}/acme/shop/pull/7/anything",
        f"{WEB}/acme/shop/pull/7/files/../../8",
        f"{WEB}/acme/shop/pull/12345678901",
        f"{WEB}/acme/shop/pull/٧",  # noqa: RUF001 - another digit seven
        f"{WEB}/acme/shop/Pull/7",
        f"{WEB}/acme/shop/pull/new/branch",
        f"{WEB}/acme/shop.wiki/pull/7",
        f"{WEB}/acme/shop.git/pull/7",
        f"{WEB}/acme/../pull/7",
        f"{WEB}/-acme/shop/pull/7",
        f"{WEB}/{'a' * 40}/shop/pull/7",
        f"{WEB}/acme/sh%6Fp/pull/7",
        f"{WEB}//acme/shop/pull/7",
        f"{WEB}/enterprise/acme/shop/pull/7",
        "https://api.github.com/acme/shop/pull/7",
        "https://gist.github.com/acme/shop/pull/7",
        "https://github.com.evil.example/acme/shop/pull/7",
        "https://evil.example/github.com/acme/shop/pull/7",
        "https://github.com@evil.example/acme/shop/pull/7",
        "https://evil.example@github.com/acme/shop/pull/7",
        "https://github.com:x@evil.example/acme/shop/pull/7",
        "https://github.com\\@evil.example/acme/shop/pull/7",
        "https://github.com:8443/acme/shop/pull/7",
        "https://github.com:99999/acme/shop/pull/7",
        "https://github.com:port/acme/shop/pull/7",
        "https://github.com./acme/shop/pull/7",
        "https://ｇithub.com/acme/shop/pull/7",  # noqa: RUF001 - a wide letter is the point
        "https://gіthub.com/acme/shop/pull/7",  # noqa: RUF001 - so is a Cyrillic one
        "https://xn--gthub-cua.com/acme/shop/pull/7",
        "https://[github.com]/acme/shop/pull/7",
        "https://[::1/acme/shop/pull/7",
        "http://github.com:443/acme/shop/pull/7",
        "ftp://github.com/acme/shop/pull/7",
        "javascript:https://github.com/acme/shop/pull/7",
        "//github.com/acme/shop/pull/7",
        "github.com/acme/shop/pull/7",
        "https://git\thub.com/acme/shop/pull/7",
        "https://github.com/acme/shop/pull/7\n",
        "https://github.com/acme/shop/pull/7 and more",
        f"{PULL}?{'x' * 2_000}",
    ],
)
def test_what_only_looks_like_a_pull_request_is_none(url: str) -> None:
    assert pull_link(url, WEB) is None


@pytest.mark.parametrize(
    ("url", "web_url", "is_ours"),
    [
        ("https://git.example/acme/shop/pull/7", "https://git.example", True),
        ("https://git.example/acme/shop/pull/7", WEB, False),
        (PULL, "https://git.example", False),
        ("https://www.github.com/acme/shop/pull/7", "https://git.example", False),
        ("https://www.git.example/acme/shop/pull/7", "https://git.example", False),
        ("https://acme.ghe.com/acme/shop/pull/7", "https://acme.ghe.com", True),
        ("http://git.example:8080/acme/shop/pull/7", "http://git.example:8080", True),
        ("http://git.example/acme/shop/pull/7", "http://git.example:8080", False),
        ("https://git.example/hub/acme/shop/pull/7", "https://git.example/hub", True),
        ("https://git.example/acme/shop/pull/7", "https://git.example/hub", False),
    ],
)
def test_only_the_configured_github_counts(url: str, web_url: str, *, is_ours: bool) -> None:
    assert (pull_link(url, web_url) is not None) == is_ours


@given(st.text(max_size=60), st.sampled_from([WEB, "https://git.example", "http://127.0.0.1:8080"]))
def test_nothing_that_is_written_behind_the_host_raises(text: str, web_url: str) -> None:
    for url in (text, f"{web_url}{text}", f"{web_url}/{text}", f"{web_url}/acme/shop/pull/7{text}"):
        found = pull_link(url, web_url)
        assert found is None or (found.url == url and found.repo == found.repo.lower() and found.number > 0)


def event(*urls: str, **changes: Any) -> dict[str, Any]:
    """Return what Slack tells of a message with these links."""
    links = [{"domain": "github.com", "url": url} for url in urls]
    usual = {"source": "conversations_history", "is_bot_user_member": True, "channel": "C1", "links": links}
    return {**usual, **changes}


OTHER = f"{WEB}/acme/shop/pull/8"


@pytest.mark.parametrize(
    ("told", "numbers"),
    [
        (event(PULL), [7]),
        (event(PULL, OTHER), [7, 8]),
        (event(OTHER, PULL), [8, 7]),
        (event(PULL, f"{PULL}/files"), [7]),
        (event(PULL, PULL, PULL), [7]),
        (event(PULL, OTHER, f"{WEB}/acme/shop"), []),
        (event(PULL, channel="G1"), [7]),
        (event(PULL, channel="D1"), []),
        (event(PULL, channel="COMPOSER", source="composer"), []),
        (event(PULL, is_bot_user_member=False), []),
        (event(f"{WEB}/acme/shop/issues/7"), []),
        (event(), []),
        ({}, []),
    ],
)
def test_which_messages_show_what_they_link_to(told: dict[str, Any], numbers: list[int]) -> None:
    assert [link.number for link in pull_links(told, WEB)] == numbers


def test_of_several_links_to_a_pull_request_the_first_shows_it() -> None:
    (link,) = pull_links(event(f"{PULL}/files", PULL), WEB)
    assert link.url == f"{PULL}/files"
