"""What admins see: who is linked and how, who is not, the teams, and the list to import."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from blocks import ids, kit, pulls
from blocks.kit import Markup, View
from bot.models import SlackMessage

_PROOFS: Mapping[str, str] = {
    "said": "by their own word",
    "email": "by e-mail address",
    "file": "by the organisation's file",
    "admin": "by an admin",
    "github": "proven by GitHub",
}
_ROUTINGS: Mapping[str, str] = {
    "whole": "the whole group is asked",
    "round_robin": "one is asked, in turn",
    "fewest": "one is asked, with the fewest open reviews",
}
_SHOWN, _A_BLOCK = 100, 10
# Slack sets these apart from people of this workspace.
_ELSEWHERE = "W"


@dataclass(frozen=True, slots=True)
class PersonLine:
    """One link; `left` when the person left the workspace."""

    slack_user: str
    login: str
    proof: str
    linked_by: str | None = None
    left: bool = False


@dataclass(frozen=True, slots=True)
class Overview:
    """Who is linked, and the logins seen lately in followed repositories that are not, with how often."""

    linked: Sequence[PersonLine]
    unlinked: Sequence[tuple[str, int]]
    days: int


@dataclass(frozen=True, slots=True)
class GroupLine:
    """One team, and the user group in Slack that stands for it; `gone` when Slack no longer has that."""

    team: str
    usergroup: str | None
    routing: str
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Imported:
    """What a list would change or has changed: links that are new, that change, and that stay."""

    new: int
    changed: int
    same: int
    wrong: Mapping[int, str]


def overview(view: Overview) -> SlackMessage:
    """List the links with how each is known, and the logins that nobody in Slack has claimed."""
    head = f"{pulls.count(len(view.linked), 'person', 'people')} linked to GitHub"
    rows = [_person(one) for one in view.linked]
    blocks = [kit.section(kit.bold(head)), *_listed(rows)]
    if view.unlinked:
        seen = [
            kit.join(kit.code(login), f" ({pulls.count(number, 'pull request')})")
            for login, number in view.unlinked
        ]
        title = f"Not linked, and seen in the last {view.days} days in repositories that are followed here"
        blocks += [kit.section(kit.bold(title)), *_listed(seen)]
    else:
        blocks.append(kit.context("Everybody seen lately in the repositories that are followed is linked."))
    advice = "`/patchforge people link @somebody login` links one, `/patchforge people import` a whole list."
    return kit.message(head, blocks, [kit.context(kit.prose(advice))])


def linked_by_admin(
    user: str, login: str | None, *, lost_by: str | None = None, was: bool = True
) -> SlackMessage:
    """Tell an admin that they linked somebody, or ended a link (None)."""
    if login is None:
        said = " is linked no more." if was else " was not linked, so nothing changed."
        text = kit.join(kit.mention(user), said)
    else:
        lost = (" ", kit.mention(lost_by), " had said so of themselves, and was told.") if lost_by else ()
        text = kit.join(kit.mention(user), " is ", kit.code(login), " on GitHub from now on.", *lost)
    return kit.message(text, [kit.section(text)])


def held(login: str, holder: str, proof: str) -> Markup:
    """Say to an admin that somebody else has the login by a proof as good, and what to do."""
    return kit.join(
        kit.code(login),
        " is linked to ",
        kit.mention(holder),
        f" already, {_PROOFS.get(proof, proof)}; ",
        kit.code("/patchforge people unlink @somebody"),
        " ends that first.",
    )


def kept(user: str, login: str) -> Markup:
    """Say to an admin that somebody has proven to be another login."""
    return kit.join(
        kit.mention(user),
        " has proven on GitHub to be ",
        kit.code(login),
        "; ",
        kit.code("/patchforge people unlink @somebody"),
        " ends that first.",
    )


def teams(lines: Sequence[GroupLine]) -> SlackMessage:
    """List the teams with their user groups."""
    advice = kit.context(
        kit.prose(
            "`/patchforge people team owner/team @group` sets one, with `whole`, `round-robin` or `fewest` "
            "behind it; `off` at the end forgets it."
        )
    )
    if not lines:
        return kit.message(
            "No team has a user group yet", [kit.section("No team has a user group yet."), advice]
        )
    head = f"{pulls.count(len(lines), 'team')} with a user group"
    return kit.message(head, [kit.section(kit.bold(head)), *_listed([_team(one) for one in lines])], [advice])


def team_set(line: GroupLine) -> SlackMessage:
    """Tell that a team has a user group from now on, and what follows from that."""
    text = kit.join(_team(line), ". Wherever the team is waited for, the group is mentioned.")
    return kit.message(kit.join("Set: ", line.team), [kit.section(text)])


def group_gone(team: str) -> SlackMessage:
    """Tell whoever chose it that a team's user group is gone from Slack."""
    text = kit.join(
        "Slack no longer has the user group of ",
        kit.code(team),
        ", so the team is shown by its name. ",
        kit.code(f"/patchforge people team {team} @group"),
        " chooses another.",
    )
    return kit.message(text, [kit.section(text)])


def team_unset(team: str, *, was: bool) -> SlackMessage:
    """Tell that a team has no user group any more, or had none."""
    said = " has no user group any more; it is shown by its name." if was else " had no user group."
    text = kit.join(kit.code(team), said)
    return kit.message(text, [kit.section(text)])


def import_modal(preview: Imported | None = None) -> View:
    """Ask for a list; after *Check* it says what the list would change, and which lines are wrong."""
    field = kit.text_input(
        ids.FIELD_INPUT, multiline=True, placeholder="octocat,mona@example.org\nhubot,U012AB3CD"
    )
    blocks = [
        kit.section(
            "One person to a line: their GitHub login, a comma, and their e-mail address or id in Slack. "
            "A heading is passed over. Unless every line is right nothing is changed."
        ),
        kit.input_block(ids.FIELD_LIST, "People", field),
        kit.actions(kit.button("Check", ids.PEOPLE_CHECK)),
    ]
    if preview is not None:
        blocks.append(kit.section(_preview(preview)))
    return kit.modal(ids.PEOPLE_IMPORT_VIEW, "Import people", blocks, submit="Import")


def imported(done: Imported) -> SlackMessage:
    """Tell what an import changed."""
    text = kit.join(
        f"Imported: {done.new} new, {done.changed} changed, {done.same} as before. ",
        "Everybody concerned was told.",
    )
    return kit.message(text, [kit.section(text)])


def wrong_lines(wrong: Mapping[int, str], most: int = 8) -> str:
    """Name the lines that are wrong, and why, as plain text."""
    shown = [f"line {number}: {why}" for number, why in sorted(wrong.items())[:most]]
    rest = len(wrong) - len(shown)
    return "; ".join([*shown, *([f"and {rest} more"] if rest else [])])


def _preview(preview: Imported) -> Markup:
    if preview.wrong:
        return kit.join("❌ ", kit.esc(wrong_lines(preview.wrong)))
    return kit.join(
        f"✅ Every line is right: {preview.new} new, {preview.changed} changed, {preview.same} as before."
    )


def _person(one: PersonLine) -> Markup:
    by = (" ", kit.mention(one.linked_by)) if one.proof == "admin" and one.linked_by else ()
    left = (kit.DOT, "left this workspace") if one.left else ()
    # An id of this kind is one person in several workspaces.
    shared = (kit.DOT, "in several workspaces") if one.slack_user.startswith(_ELSEWHERE) else ()
    return kit.join(
        kit.mention(one.slack_user),
        " is ",
        kit.code(one.login),
        kit.DOT,
        _PROOFS.get(one.proof, one.proof),
        *by,
        *shared,
        *left,
    )


def _team(line: GroupLine) -> Markup:
    where: tuple[str, ...] = (" is routed without a user group",)
    if line.usergroup:
        where = (" is ", kit.mention(line.usergroup), " in Slack")
    gone = (kit.DOT, "Slack no longer has this group: the team is shown by its name") if line.gone else ()
    return kit.join(
        kit.code(line.team, 120), *where, kit.DOT, _ROUTINGS.get(line.routing, line.routing), *gone
    )


def _listed(rows: Sequence[Markup]) -> list[kit.Block]:
    shown = rows[:_SHOWN]
    found = [kit.section(kit.lines(shown[at : at + _A_BLOCK])) for at in range(0, len(shown), _A_BLOCK)]
    return [*found, *([kit.more(len(rows) - _SHOWN)] if len(rows) > _SHOWN else [])]
