"""Who is who by the organisation's file: only once an admin trusts it, and never against better proof."""

from tests.configuration.wiring_kit import HOME, idle, organise, push, rows
from tests.world import World

FILE = """\
version: 1
people:
  octocat: {guest}
  hubot-fan: fan@acme.example
  {author}: {guest}
teams:
  acme/backend: {{usergroup: "@backend", routing: round_robin}}
  acme/security: {{usergroup: "@nobody"}}
  acme/own: {{usergroup: "@backend"}}
"""


class Staff:
    """A guest and a fan in the workspace, and a user group."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.guest = world.slack.workspace.add_user("guest")
        self.fan = world.slack.workspace.add_user("fan", email="fan@acme.example")
        self.group = world.slack.workspace.add_group("backend", "Backend", [self.guest])

    @property
    def file(self) -> str:
        """Return the organisation's file."""
        return FILE.format(guest=self.guest.id, author=self.world.demo.author)

    def linked(self) -> dict[str, tuple[str, str]]:
        """Return member and proof by login, of those whom the file names."""
        found = rows(self.world, "SELECT login, slack_user, proof FROM people")
        return {login: (user, proof) for login, user, proof in found if proof == "file"}

    def teams(self) -> dict[str, tuple[str | None, str, str]]:
        """Return user group, routing and who said so, by team."""
        found = rows(self.world, "SELECT team, usergroup, routing, set_by FROM groups")
        return {team: (group, routing, by) for team, group, routing, by in found}


async def test_people_and_teams_count_once_an_admin_trusts_the_file(world: World) -> None:
    staff = Staff(world)
    organise(world, staff.file)
    await world.command(world.maintainer, "config allow acme/*")
    await idle(world)
    assert (staff.linked(), staff.teams()) == ({}, {"acme/backend": (None, "round_robin", "file")})
    said = await world.command(world.maintainer, "config acme/*")
    assert "No admin has allowed this file to say who is who" in said
    await world.command(world.maintainer, "config allow acme/* people")
    await idle(world)
    assert staff.linked() == {"octocat": (staff.guest.id, "file"), "hubot-fan": (staff.fan.id, "file")}
    assert staff.teams() == {
        "acme/backend": (staff.group.id, "round_robin", "file"),
        "acme/security": (None, "whole", "file"),
        "acme/own": (staff.group.id, "whole", "file"),
    }
    said = await world.command(world.maintainer, "config acme/*")
    assert "Slack has no user group `@nobody`; make it, or mend it." in said
    assert f"`{world.demo.author}` is <@{world.author.id}> — set in Slack" in said


async def test_trust_taken_back_ends_what_it_brought(world: World) -> None:
    staff = Staff(world)
    organise(world, staff.file)
    await world.command(world.maintainer, "config allow acme/* people")
    await idle(world)
    assert len(staff.linked()) == 2
    assert "its links end" in await world.command(world.maintainer, "config disallow acme/* people")
    await idle(world)
    assert staff.linked() == {}


async def test_the_file_follows_people_from_one_member_to_another(world: World) -> None:
    staff = Staff(world)
    organise(world, staff.file)
    await world.command(world.maintainer, "config allow acme/* people")
    await idle(world)
    other = world.slack.workspace.add_user("other", email="other@acme.example")
    changed = staff.file.replace(f"octocat: {staff.guest.id}", "octocat: other@acme.example")
    await push(world, changed.replace("  hubot-fan: fan@acme.example\n", ""), repo=HOME)
    await idle(world)
    assert staff.linked() == {"octocat": (other.id, "file")}


async def test_what_a_person_or_an_admin_said_prevails(world: World) -> None:
    staff = Staff(world)
    await world.command(world.maintainer, f"people link <@{staff.guest.id}> guest-on-github")
    await world.command(world.maintainer, f"people team acme/own <!subteam^{staff.group.id}> fewest")
    organise(world, staff.file)
    await world.command(world.maintainer, "config allow acme/* people")
    await idle(world)
    assert staff.linked() == {"hubot-fan": (staff.fan.id, "file")}
    assert staff.teams()["acme/own"] == (staff.group.id, "fewest", world.maintainer.id)
    await push(world, "version: 1\n", repo=HOME)
    await idle(world)
    assert staff.linked() == {}
    assert staff.teams() == {"acme/own": (staff.group.id, "fewest", world.maintainer.id)}


async def test_an_address_that_nobody_has_is_named(world: World) -> None:
    staff = Staff(world)
    organise(world, staff.file.replace("fan@acme.example", "gone@acme.example"))
    await world.command(world.maintainer, "config allow acme/* people")
    await idle(world)
    said = await world.command(world.maintainer, "config acme/*")
    assert "`people.hubot-fan`: Nobody in Slack is known by this address." in said
    assert "gone@acme.example" not in said
