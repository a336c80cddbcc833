"""What a person is told about release notes by e-mail."""

from collections.abc import Sequence
from dataclasses import dataclass

from blocks import kit, pulls
from bot.models import SlackMessage

_LISTED = 20


@dataclass(frozen=True, slots=True)
class Standing:
    """A person's address and what they chose; `stopped` says why nothing is written to it."""

    address: str = ""
    verified: bool = False
    stopped: str = ""
    on: Sequence[str] = ()
    off: Sequence[str] = ()
    all_off: bool = False


def standing(view: Standing) -> SlackMessage:
    """Show where notes go and which, with how to change each."""
    if not view.address:
        rows = [kit.esc("I know no e-mail address of yours.")]
    else:
        how = "confirmed" if view.verified else "not confirmed yet: press the button on the page in my e-mail"
        rows = [kit.join("Your address: ", kit.bold(view.address), f" ({how})")]
    if view.stopped:
        rows.append(kit.join("Nothing is sent to it: ", kit.bold(view.stopped)))
    if view.on:
        rows.append(kit.join("Release notes of ", _repos(view.on)))
    if view.all_off:
        rows.append(kit.esc("Of all else: none, not even of changes that you worked on"))
    if view.off:
        rows.append(kit.join("None of ", _repos(view.off)))
    hint = kit.prose(
        "`/patchforge email on owner/repo` sends you its release notes, `off` ends that; "
        "`email you@example.org` changes the address, `email forget` forgets it."
    )
    return kit.message("Release notes by e-mail", [kit.section(kit.lines(rows)), kit.context(hint)])


def turned_on(repo: str, address: str) -> SlackMessage:
    """Say that notes follow."""
    return _say("Each approved release note of ", repo, " goes to ", address, ".")


def to_confirm(address: str, repo: str = "") -> SlackMessage:
    """Say that an address must be confirmed first."""
    after = (
        ("; release notes of ", repo, " follow then.") if repo else ("; nothing else is sent to it before.",)
    )
    return _say("I wrote to ", address, ". Press the button on the page that the e-mail leads to", *after)


def turned_back_on() -> SlackMessage:
    """Say that a person gets notes again."""
    return _say(
        "Release notes of changes that you work on go to you by e-mail again. "
        "Name a repository to get all of its notes: `/patchforge email on owner/repo`."
    )


def turned_off(repo: str) -> SlackMessage:
    """Say that no more notes come."""
    if not repo:
        return _say("No release notes go to you by e-mail any more. `/patchforge email on` brings them back.")
    return _say("No release notes of ", repo, " go to you by e-mail any more.")


def forgotten(*, was: bool) -> SlackMessage:
    """Say that the address is gone, or was not there."""
    return _say("I no longer know your e-mail address." if was else "I knew no e-mail address of yours.")


def team(repo: str, address: str) -> SlackMessage:
    """Say what the admin changed about a repository's list."""
    if not address:
        return _say("No list gets the release notes of ", repo, " any more.")
    return _say(
        "I wrote to ", address,
        ". Once somebody who reads it presses the button on the page that the e-mail leads to, each approved "
        "release note of ", repo, " goes there.",
    )  # fmt: skip


def allowed(address: str, *, was: bool) -> SlackMessage:
    """Say that an address may be written to again."""
    return _say("", address, " may be written to again." if was else " was not stopped, so nothing changed.")


def confirmed(address: str) -> SlackMessage:
    """Tell whoever registered an address that it is confirmed."""
    return _say("", address, " is confirmed: release notes go there from now on.")


def undeliverable(address: str, why: str) -> SlackMessage:
    """Tell whoever registered an address that the question could not be sent there."""
    return _say("My e-mail to ", address, f" did not go out: {kit.cut(pulls.one_line(why), 200)}")


def _repos(names: Sequence[str]) -> kit.Markup:
    return pulls.listed([kit.code(name) for name in names[:_LISTED]], len(names))


def _say(*parts: str) -> SlackMessage:
    """Say words and, at every second place, what they are about."""
    text = kit.join(*(kit.bold(part) if place % 2 else kit.prose(part) for place, part in enumerate(parts)))
    return kit.message(text, [kit.section(text)])
