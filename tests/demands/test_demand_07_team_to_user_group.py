"""Demand 7: a team on GitHub is asked for a review, and its user group in Slack hears of it."""

from tests.world import World, shown


async def test_the_user_group_is_mentioned_where_its_team_is_asked(world: World) -> None:
    github, repo, team = world.github, world.repo, world.demo.team
    group = world.slack.workspace.add_group("payments", "Payments", [world.author, world.reviewer])
    await world.subscribe()
    pull = await github.open_pull(repo, world.demo.feature)
    await github.request_review(repo, pull.number, team, world.demo.author)
    card = await world.card_says(f"Waiting for {team}")
    assert "<!subteam" not in shown(card)
    await world.command(world.maintainer, f"people team acme/{team} @payments")
    await world.card_says(f"Waiting for <!subteam^{group.id}>: review requested")
    await world.command(world.maintainer, f"people team acme/{team} off")
    await world.card_says(f"Waiting for {team}")


async def test_a_person_whose_login_is_the_name_of_a_team_is_not_taken_for_it(world: World) -> None:
    github, repo, demo = world.github, world.repo, world.demo
    group = world.slack.workspace.add_group("payments", "Payments")
    await world.command(world.maintainer, f"people team acme/{demo.reviewer} @payments")
    await world.subscribe()
    pull = await github.open_pull(repo, demo.feature)
    await github.request_review(repo, pull.number, demo.reviewer, demo.author)
    card = await world.card_says(f"Waiting for <@{world.reviewer.id}>")
    assert group.id not in shown(card)
