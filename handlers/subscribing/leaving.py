"""What somebody wants to follow no longer, and what to say where it is not followed."""

from collections.abc import Mapping

from bot.errors import UserError
from bot.filters.words import nearest, shown
from bot.models import Subscription
from bot.subscriptions.repository import parse_followed


def repository_in(text: str) -> str:
    """Return the repository's name; what is none stays as typed, to be compared with what is followed."""
    typed = text.strip()
    try:
        return parse_followed(typed)
    except UserError:
        return typed.lower()


def followed_with_all(repo: str) -> UserError:
    """Return the error that says how to leave one repository out of all that an owner has."""
    owner, _, name = repo.partition("/")
    return UserError(
        f"This channel follows {shown(repo)} with all that `{owner}` has; leave it out by "
        f"`/patchforge subscribe {owner}/* -repo:{name}`, together with what else you want."
    )


def not_followed(typed: str, known: Mapping[str, Subscription]) -> UserError:
    """Return the error that names what this channel follows and looks most like it."""
    if not known:
        return UserError(
            "This channel follows no repository; `/patchforge subscribe owner/repo` would change that."
        )
    near = nearest(typed, known) or next((repo for repo in known if repo.endswith(f"/{typed}")), None)
    if near:
        return UserError(f"This channel does not follow {shown(typed)}; did you mean `{near}`?")
    return UserError(
        f"This channel does not follow {shown(typed)}; `/patchforge list` shows what it follows."
    )
