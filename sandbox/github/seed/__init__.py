"""A small believable organization: `acme`, its repository `payments-api`, five people, three pull requests.

The texts of files lie beside this module, one `.txt` per commit, each file after a `=== path` line.
"""

from dataclasses import dataclass
from pathlib import Path

from sandbox.github.core import GitHub
from sandbox.github.specs import CommitSpec, PullSpec

ORG, REPO, TEAM = "acme", "acme/payments-api", "payments-core"
MARA, TOMAS, PRIYA, JONAS, AIKO = "mara-lindqvist", "tokafor", "priyaraman", "jweber", "aikotanaka"
DEPENDABOT, BOT = "dependabot[bot]", "patchforge-bot"


@dataclass(frozen=True)
class Demo:
    """Handles on what was seeded: names to act with and pull requests ready to open."""

    repo: str
    maintainer: str
    author: str  # commits with a noreply address
    co_author: str
    reviewer: str
    second_reviewer: str
    team: str
    feature: PullSpec  # idempotency keys for refunds, by `author` with `co_author`
    feature_follow_up: CommitSpec  # what the author pushes after review
    fix: PullSpec  # rounding of conversions, by `co_author`, fixes issue 12
    bump: PullSpec  # a dependency update by dependabot


async def seed_demo(github: GitHub) -> Demo:
    """Fill an empty GitHub and give the handles; no pull request is open yet."""
    _people(github)
    roles = {
        MARA: "admin",
        TOMAS: "write",
        PRIYA: "write",
        JONAS: "write",
        AIKO: "maintain",
        BOT: "admin",
    }
    repo = github.add_repository(
        REPO, _files("main"), description="Charges, refunds and currency conversion", collaborators=roles
    )
    # The story starts in a repository with some history; its first nine numbers are not shown.
    repo.first_number = 10
    repo.created_at = repo.created_at.replace(year=repo.created_at.year - 2, day=1)
    await _issues(github)
    return Demo(
        repo=REPO,
        maintainer=MARA,
        author=TOMAS,
        co_author=JONAS,
        reviewer=PRIYA,
        second_reviewer=AIKO,
        team=TEAM,
        feature=_feature(github),
        feature_follow_up=CommitSpec("Forget idempotency keys after a day", _files("idempotency-3")),
        fix=_fix(),
        bump=_bump(),
    )


def _people(github: GitHub) -> None:
    github.add_account(
        ORG, "Acme Storefronts", kind="Organization", members=(MARA, TOMAS, PRIYA, JONAS, AIKO, BOT)
    )
    for login, name, email in (
        (MARA, "Mara Lindqvist", "mara@acme.example"),
        (PRIYA, "Priya Raman", "priya.raman@acme.example"),
        (JONAS, "Jonas Weber", "jonas.weber@acme.example"),
        (AIKO, "Aiko Tanaka", "aiko@acme.example"),
    ):
        github.add_account(login, name, email=email, commit_email=email)
    github.add_account(TOMAS, "Tomás Okafor")  # keeps his address private
    github.add_account(DEPENDABOT, DEPENDABOT, kind="Bot", account_id=49_699_333)
    github.add_account(BOT, "PatchForge")
    github.add_team(ORG, TEAM, "Payments core", members=(MARA, PRIYA, JONAS))


async def _issues(github: GitHub) -> None:
    for title, body, by, labels in (
        (
            "Refunds are sent twice when a storefront retries",
            "Two customers got their money twice.",
            AIKO,
            ("bug",),
        ),
        ("Say which currencies are supported", "Support asks us every week.", PRIYA, ("documentation",)),
        ("Converted amounts are off by one cent", "19.99 EUR at 1.15 gives 22.98 USD.", MARA, ("bug",)),
    ):
        await github.open_issue(REPO, title, body, by, labels)


def _feature(github: GitHub) -> PullSpec:
    jonas = github.state.accounts[JONAS].identity
    trailer = f"Co-authored-by: {jonas.name} <{jonas.email}>"
    return PullSpec(
        title="Add idempotency keys to refunds",
        body=(
            "A storefront that retries after a time-out could refund twice. Refunds now take an "
            "`Idempotency-Key` header: the same key gives the first result again, no money moves twice.\n\n"
            "- keys are remembered for 24 hours\n- a key reused for another refund answers 422\n\nCloses #10"
        ),
        branch="idempotent-refunds",
        author=TOMAS,
        commits=(
            CommitSpec(f"Recall refunds by idempotency key\n\n{trailer}", _files("idempotency-1")),
            CommitSpec("Test and document idempotency keys", _files("idempotency-2")),
        ),
        labels=("enhancement",),
    )


def _fix() -> PullSpec:
    return PullSpec(
        title="Round currency conversions half to even",
        body=(
            "Conversions went through binary fractions and were cut off: 19.99 EUR at 1.15 became 22.98 USD. "
            "They now use `Decimal` and round half to even.\n\nFixes #12"
        ),
        branch="fix/rounding",
        author=JONAS,
        commits=(CommitSpec("Convert money with Decimal, rounding half to even", _files("rounding-1")),),
        labels=("bug",),
    )


def _bump() -> PullSpec:
    return PullSpec(
        title="Bump uvicorn from 0.34.0 to 0.34.2",
        body="Bumps uvicorn from 0.34.0 to 0.34.2.",
        branch="dependabot/pip/uvicorn-0.34.2",
        author=DEPENDABOT,
        commits=(
            CommitSpec(
                "Bump uvicorn from 0.34.0 to 0.34.2\n\n---\nupdated-dependencies:\n"
                "- dependency-name: uvicorn\n"
                "  dependency-version: 0.34.2\n  update-type: version-update:semver-patch\n...\n\n"
                "Signed-off-by: dependabot[bot] <support@github.com>",
                _files("bump-1"),
            ),
        ),
        labels=("dependencies",),
    )


def _files(name: str) -> dict[str, str]:
    text = (Path(__file__).parent / f"{name}.txt").read_text(encoding="utf-8")
    sections = ("\n" + text).split("\n=== ")[1:]
    pairs = (section.split("\n", 1) for section in sections)
    return {path: body.removesuffix("\n") + "\n" for path, body in pairs}
