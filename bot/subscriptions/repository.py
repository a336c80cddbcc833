"""Read a repository's name the ways people give it: `owner/name`, its address, or what git clones."""

import re

from bot.errors import UserError
from bot.subscriptions.words import shown

_EXAMPLE = "`octocat/hello-world`"
_ADDRESS = re.compile(r"^(?:https?://[^/]+/|git@[^:/]+:|(?:www\.)?github\.com/)", re.IGNORECASE)
# GitHub: letters, digits and single hyphens inside; `_` only before the short code of a managed user.
_OWNER = re.compile(r"(?=.{1,39}\Z)[a-z\d](?:[a-z\d]|-(?=[a-z\d]))*(?:_[a-z\d]+)?", re.IGNORECASE | re.ASCII)
_NAME = re.compile(r"[\w.-]{1,100}", re.ASCII)


def parse_repository(text: str) -> str:
    """Return `owner/name` in lower case; raises UserError saying what is wrong with it.

    Understands an address copied from the browser, also of a page inside the repository.
    """
    typed = text.strip().strip("<>`\"'“”")
    plain = _ADDRESS.sub("", typed)
    from_address = plain != typed
    if from_address:
        plain = re.split(r"[?#]", plain, maxsplit=1)[0]
    parts = plain.strip("/").split("/")
    if len(parts) < 2 or (len(parts) > 2 and not from_address):
        raise UserError(f"{shown(typed)} is not a repository; write it as `owner/name`, such as {_EXAMPLE}.")
    owner, name = parts[0], parts[1].removesuffix(".git")
    if not _OWNER.fullmatch(owner):
        raise UserError(
            f"{shown(owner)} cannot be an owner on GitHub (letters, digits and single hyphens, 39 at most); "
            f"write the repository as `owner/name`, such as {_EXAMPLE}."
        )
    if not _NAME.fullmatch(name) or name in {".", ".."} or name.endswith(".wiki"):
        raise UserError(
            f"{shown(name)} cannot be a repository's name on GitHub (letters, digits, `.`, `-` and `_`, 100 "
            f"at most); write it as `owner/name`, such as {_EXAMPLE}."
        )
    return f"{owner}/{name}".lower()


def looks_like_repository(text: str) -> bool:
    """Tell whether the text is a repository's name or address."""
    try:
        parse_repository(text)
    except UserError:
        return False
    return True
