"""Signed webhook requests of real size, made from one event of the sandbox's GitHub."""

import hashlib
import hmac
import json
import uuid
from dataclasses import dataclass

from sandbox.github import CommitSpec, GitHub, PullSpec

SECRET = "bench"  # noqa: S105 - loopback only
PATH = "/webhooks/github"
_NAME = "service-xxxxx"
_REPO = f"bench-org/{_NAME}"


@dataclass(frozen=True, slots=True)
class Template:
    """One `pull_request` event as text; `repo_id`, `pull_id` and `_NAME` are replaced in every copy."""

    text: str
    repo_id: int
    pull_id: int


def repo_name(index: int) -> str:
    """Return the full name of a repository of the load."""
    return f"bench-org/service-{index:05d}"


def pull_url(repo: int, number: int) -> str:
    """Return the link by which a pull request's card is recognised."""
    return f"https://github.com/{repo_name(repo)}/pull/{number}"


async def template() -> Template:
    """Open a pull request in the sandbox's GitHub and return its first event, some 23 KB long."""
    github = GitHub()
    try:
        github.add_account("mara", name="Mara Lind", email="mara@example.org")
        github.add_account("tom", name="Tom Okafor", email="tom@example.org")
        github.add_repository(_REPO, files={"README.md": "# Service\n"})
        hook = github.add_hook(_REPO, "http://127.0.0.1:9/", secret=SECRET)
        hook.hold()
        commits = (CommitSpec("Retry uploads that were cut", {"upload.py": "ATTEMPTS = 3\n"}),)
        body = "Uploads that a proxy cuts after 30 seconds are tried again, with a growing pause.\n\n"
        pull = await github.open_pull(_REPO, PullSpec("Retry cut uploads", body, "retry", "mara", commits))
        event = next(item for item in github.deliveries if item.event == "pull_request").payload
    finally:
        await github.aclose()
    event["number"] = event["pull_request"]["number"] = 424_242
    text = (
        _dump(event)
        .replace(f"/pull/{pull.number}", "/pull/424242")
        .replace(f"/pulls/{pull.number}", "/pulls/424242")
    )
    return Template(text, event["repository"]["id"], event["pull_request"]["id"])


def _dump(event: object) -> str:
    return json.dumps(event, separators=(",", ":"), ensure_ascii=False)


def request(made_from: Template, event: str, repo: int, number: int) -> bytes:
    """Return the bytes of one signed POST about pull request `number` of repository `repo`."""
    body = (
        made_from.text.replace(_NAME, f"service-{repo:05d}")
        .replace(str(made_from.repo_id), str(7_000_000_000 + repo))
        .replace(str(made_from.pull_id), str(8_000_000_000 + repo * 100_000 + number))
        .replace("424242", str(number))
        .encode()
    )
    signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    head = (
        f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"User-Agent: GitHub-Hookshot/bench\r\nX-GitHub-Event: {event}\r\n"
        f"X-GitHub-Delivery: {uuid.uuid4()}\r\n"
        f"X-Hub-Signature-256: sha256={signature}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
