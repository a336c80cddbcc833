"""GitHub logins as people write them."""

import re

from bot.errors import UserError

# GitHub's rule for logins: letters, digits and single hyphens, 39 at most; those that a company manages end
# in `_` and its short code.
_LOGIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9]|[-_](?=[A-Za-z0-9])){0,38}")
_BEFORE = re.compile(r"^(?:@|(?:https?://)?(?:[A-Za-z0-9-]+\.)+[A-Za-z]+/)")


def parse_login(text: str) -> str:
    """Read a GitHub login, with or without `@` or the address of its page; raises UserError."""
    word = text.strip().strip("<>`").partition("|")[0].rstrip("/")
    if not word:
        raise UserError("Write your GitHub login behind it, like `/patchforge link octocat`.")
    login = None if text.strip().startswith("<@") else read_login(word)  # a member's name became an id
    if login is None:
        shown = word.replace("`", "")[:40]
        raise UserError(f"`{shown}` is not a GitHub login; write it like `/patchforge link octocat`.")
    return login


def read_login(word: str) -> str | None:
    """Return the login that a word gives, with or without `@` or the address of its page; None for none."""
    login = _BEFORE.sub("", word)
    return login if _LOGIN.fullmatch(login) else None
