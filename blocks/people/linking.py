"""What one person is told about the link between them and their GitHub login."""

from collections.abc import Mapping
from dataclasses import dataclass

from blocks import ids, kit
from blocks.kit import Markup
from bot.models import SlackMessage

# How each proof is put after "you are octocat on GitHub"; that of an admin depends on who it was.
PROOFS: Mapping[str, str] = {
    "said": "as you say",
    "email": "as your e-mail address proves",
    "file": "as the organisation's file says",
    "admin": "as an admin set it up",
    "github": "as GitHub proves",
}
_HOME = "App Home shows what waits for you."
_WHY: Mapping[str, str] = {
    "access_denied": "you pressed *Cancel* on GitHub",
    "expired_token": "nobody typed the code in before it expired",
    "device_flow_disabled": "an admin must tick *Device flow* in the settings of the GitHub App",
    "unknown_client": "GitHub does not know the app that GITHUB_CLIENT_ID names; an admin must correct it",
    "incorrect_client_credentials": "GitHub does not know the app that GITHUB_CLIENT_ID names; an admin must "
    "correct it",
    "lost": "GitHub agreed, but did not say who you are",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """How somebody is linked: the login, the proof, and whether they can prove it better here."""

    login: str
    proof: str
    provable: bool = False


def linked(login: str, proof: str) -> SlackMessage:
    """Tell a person that they are linked, and how that is known."""
    return _say(f"Linked: you are `{login}` on GitHub, {PROOFS[proof]}. {_HOME}")


def standing(view: Standing) -> SlackMessage:
    """Tell a person how they are linked now, and how to change that."""
    rows = [f"You are `{view.login}` on GitHub, {PROOFS[view.proof]}."]
    rows.append("To change that, type `/patchforge link other-login`.")
    if view.provable:
        rows.append("`/patchforge link prove` lets GitHub itself confirm it.")
    return _say(" ".join(rows))


def invitation() -> SlackMessage:
    """Tell a person of whom nothing is known how to link themselves."""
    return _say("Write your GitHub login behind it, like `/patchforge link octocat`.")


def unlinked(*, was: bool) -> SlackMessage:
    """Tell a person that they are linked no more, or were not."""
    if not was:
        return _say("You were not linked, so nothing changed.")
    return _say(
        "Unlinked: I no longer know your GitHub login. `/patchforge link your-login` links you again."
    )


def taken(login: str, holder: str, proof: str, *, provable: bool) -> Markup:
    """Say that somebody else has the login, how they proved it, and what the person can do."""
    how = {"said": "by their own word", "email": "by their e-mail address", "github": "proven by GitHub"}
    advice: tuple[str, ...] = (" already; check the spelling, or ask them to type ", kit.code(_UNLINK), ".")
    if proof in how and proof != "said":
        advice = (f", {how[proof]}, which keeps it. If it is yours, ask an admin of this workspace.",)
    elif proof in {"admin", "file"}:
        advice = (" by an admin, which keeps it. If it is yours, ask an admin of this workspace.",)
    elif provable:
        advice = (
            " by their own word. If it is yours, prove it: ",
            kit.code("/patchforge link prove"),
            " lets GitHub confirm it, and then it is yours.",
        )
    return kit.join(kit.code(login), " is linked to ", kit.mention(holder), *advice)


_UNLINK = "/patchforge unlink"


def suggestion(user: str, login: str, address: str, web_url: str) -> SlackMessage:
    """Ask a person whether the account that their e-mail address leads to is theirs."""
    value = ids.encode(ids.PersonRef(user, login))
    where = kit.link(f"{web_url}/{login}", login)
    return kit.message(
        f"Are you {login} on GitHub?",
        [
            kit.section(
                "Your e-mail address in Slack, ",
                kit.code(address, 120),
                ", belongs to ",
                where,
                " on GitHub. Is that you?",
            ),
            kit.actions(
                kit.button("That's me", ids.PERSON_CONFIRM, value, style="primary"),
                kit.button("No", ids.PERSON_DECLINE, value),
            ),
        ],
    )


def device_code(user_code: str, page: str, minutes: int) -> SlackMessage:
    """Show the code to type in on GitHub, and say what happens next."""
    steps = kit.lines(
        [
            kit.join("1. Open GitHub and type the code ", kit.code(user_code), "."),
            Markup("2. GitHub asks whether PatchForge may know who you are. It asks for nothing else."),
            Markup("3. Once you agree, I write to you alone, and forget all but your login."),
        ]
    )
    return kit.message(
        f"Your code for GitHub is {user_code}",
        [
            kit.section(kit.bold("Show me who you are on GitHub")),
            kit.section(steps),
            kit.actions(kit.button("Open GitHub", ids.PERSON_DEVICE, url=page, style="primary")),
            kit.context(
                f"The code is good for {minutes} minutes. Nobody else should type in a code of yours."
            ),
        ],
    )


def device_failed(code: str) -> SlackMessage:
    """Tell why GitHub did not confirm who the person is, and what to do."""
    why = _WHY.get(code, "GitHub did not take the code")
    again = "Ask again when that is done" if "admin" in why else "Try again"
    return _say(
        f"GitHub did not tell me who you are: {why.replace('*', '')}. {again}: `/patchforge link prove`."
    )


def displaced(login: str, winner: str) -> SlackMessage:
    """Tell a person that somebody else has proven to have the login that they had claimed."""
    text = kit.join(
        kit.mention(winner),
        " has proven to be ",
        kit.code(login),
        " on GitHub, so you are no longer linked to it. If you have another login, type ",
        kit.code("/patchforge link your-login"),
        ".",
    )
    return kit.message(text, [kit.section(text)])


def told_by_admin(login: str | None, admin: str) -> SlackMessage:
    """Tell a person that an admin linked them, or ended their link (None)."""
    what: tuple[str, ...] = (
        " ended your link to GitHub. ",
        kit.code("/patchforge link"),
        " makes a new one.",
    )
    if login is not None:
        what = (
            " told me that you are ",
            kit.code(login),
            " on GitHub. If that is wrong, type ",
            kit.code("/patchforge unlink"),
            ".",
        )
    text = kit.join(kit.mention(admin), *what)
    return kit.message(text, [kit.section(text)])


def renamed(before: str, now: str) -> SlackMessage:
    """Tell a person that their account has another login by now."""
    return _say(f"GitHub calls you `{now}` now, no longer `{before}`; I followed. You need not do anything.")


def account_gone(login: str) -> SlackMessage:
    """Tell a person that GitHub knows no account of that login."""
    return _say(
        f"GitHub knows no `{login}` any more: renamed, or deleted. I have unlinked you; type "
        "`/patchforge link your-login` to link you again."
    )


def plain(text: Markup) -> SlackMessage:
    """Show one sentence."""
    return kit.message(text, [kit.section(text)])


def _say(sentence: str) -> SlackMessage:
    return kit.message(sentence.replace("`", ""), [kit.section(kit.prose(sentence))])
