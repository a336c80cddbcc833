"""Read a repository's name the ways people give it: `owner/name`, its address, or what git clones."""

import re
from collections.abc import Collection

from bot.errors import UserError
from bot.filters.patterns import star
from bot.filters.words import shown

_EXAMPLE = "`octocat/hello-world`"
_ADDRESS = re.compile(r"^(?:https?://[^/]+/|git@[^:/]+:|(?:www\.)?github\.com/)", re.IGNORECASE)
# GitHub: letters, digits and single hyphens inside; `_` only before the short code of a managed user.
_OWNER = re.compile(r"(?=.{1,39}\Z)[a-z\d](?:[a-z\d]|-(?=[a-z\d]))*(?:_[a-z\d]+)?", re.IGNORECASE | re.ASCII)
_NAME = re.compile(r"[\w.-]{1,100}", re.ASCII)
_EXCLUDED = re.compile(r"[\w.*-]{1,100}", re.ASCII)


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


def parse_followed(text: str) -> str:
    """Return `owner/name`, or `owner/*` for all that the owner has, in lower case; raises UserError."""
    owner, slash, name = text.strip().strip("`\"'“”").partition("/")
    if slash and name == "*" and _OWNER.fullmatch(owner):
        return f"{owner}/*".lower()
    return parse_repository(text)


def is_whole(repo: str) -> bool:
    """Tell whether this is `owner/*`."""
    return repo.endswith("/*")


def whole_of(repo: str) -> str:
    """Return `owner/*` of a repository's owner, in lower case."""
    return f"{repo.partition('/')[0].lower()}/*"


def parse_excluded(text: str, owner: str) -> str:
    """Return `owner/name` in lower case of a repository to leave out; in it `*` stands for anything.

    Raises ValueError saying what is wrong with it.
    """
    before, slash, after = text.strip().lower().rpartition("/")
    if slash and before != owner:
        raise ValueError(f"it is none of `{owner}/*`")
    if not _EXCLUDED.fullmatch(after):
        raise ValueError(f"write it as `{owner}/name`, where `*` stands for anything")
    if not after.strip("*"):
        raise ValueError("that would leave out everything")
    return f"{owner}/{after}"


def leaves_out(excluded: Collection[str], repo: str) -> bool:
    """Tell whether a repository, given in lower case, is one of the excluded."""
    return bool(excluded) and (repo in excluded or any("*" in one and star(one)(repo) for one in excluded))


def looks_like_repository(text: str) -> bool:
    """Tell whether the text is a repository's name or address."""
    try:
        parse_followed(text)
    except UserError:
        return False
    return True
