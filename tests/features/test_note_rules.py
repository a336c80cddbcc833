"""What a repository's own files say of its release notes is heeded and shown in the thread."""

from dataclasses import replace

from sandbox.github import CommitSpec
from tests.features.notes_kit import drafted
from tests.world import World, shown


async def push(world: World, files: dict[str, str | None]) -> None:
    spec = CommitSpec("Say what goes where", files, world.demo.maintainer)
    await world.github.push(world.repo, "main", spec, by=world.demo.maintainer)


async def test_the_thread_shows_what_the_draft_rests_on(world: World) -> None:
    said = shown(await drafted(world))
    assert "By the rules a feature: label enhancement" in said


async def test_githubs_own_file_says_what_a_label_means(world: World) -> None:
    await push(
        world,
        {
            ".github/release.yml": "changelog:\n  categories:\n"
            "    - {title: 'Repairs & fixes', labels: [enhancement]}\n"
        },
    )
    said = shown(await drafted(world))
    assert "*Fix*" in said
    assert "label enhancement is “Repairs &amp; fixes” in .github/release.yml" in said
    assert "A release's notes put it under “Repairs &amp; fixes” of .github/release.yml" in said


async def test_what_the_repository_leaves_out_is_said_with_the_reason(world: World) -> None:
    await push(world, {".github/release-drafter.yml": "exclude-labels: [quiet]\n"})
    said = shown(await drafted(world, replace(world.demo.feature, labels=("quiet",))))
    assert "*Left out of the notes*" in said
    assert "By the rules not worth a note: label quiet is left out by .github/release-drafter.yml" in said
    assert "A release's notes set it apart" in said


async def test_a_broken_file_is_said_and_the_usual_rules_hold(world: World) -> None:
    await push(world, {".github/release.yml": "changelog: ["})
    said = shown(await drafted(world))
    assert "*Feature*" in said
    assert "Not used: .github/release.yml, line " in said
