"""Text that Slack shows as it was meant: cleaned, cut and escaped.

Everything that builds mrkdwn takes `str` and returns `Markup`. A plain `str` is untrusted and is escaped;
only `Markup` passes as it is. String operations on `Markup` give a plain `str` again, so a slip shows as odd
text and never as a mention or a link.
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime


class Markup(str):
    """Mrkdwn that is already safe to send."""

    __slots__ = ()


ELLIPSIS = "…"
NEWLINE = Markup("\n")
DOT = Markup(" · ")

_URL_LIMIT = 3000
_LABEL_LIMIT = 250

# Control characters, surrogates, bidi marks, and what takes no room on screen.
_HIDDEN = (
    "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b\u200c"
    "\u200e\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ud800-\udfff\ufeff\uffa0\ufff9-\ufffb"
    "\U000e0000-\U000e007f"
)
# Most text has nothing that needs work; one look tells.
_UNCLEAN = re.compile(f"[{_HIDDEN}\u200d\\t\\n\\r\\v\\f\x85\u2028\u2029]")
_SPECIAL = re.compile(f"[{_HIDDEN}\u200d\\t\\n\\r\\v\\f\x85\u2028\u2029&<>*_~`]")
# A zero-width joiner stays where it glues an emoji together.
_INVISIBLE = re.compile(f"[{_HIDDEN}]|(?<![\u2190-\u3299\ufe0f\U0001f000-\U0001faff])\u200d")
# Each looks at a run of space from its beginning only: from every place in it, it would take the square.
_BREAK = re.compile(r"(?<![^\S\n])[^\S\n]*(?:\r\n|[\n\r\v\f\x85\u2028\u2029])")
_BREAKS = re.compile(r"(?<![^\S\n])[^\S\n]*\n\s*")
# A `*`, `_` or `~` formats only at the edge of a word; `snake_case` and `2*3` stay as they are.
_FORMATTING = re.compile(r"(?<![^\W_])[*_~]|[*_~](?![^\W_])|`")
_LOOKS_LIKE = {"*": "∗", "_": "ˍ", "~": "∼", "`": "ˋ"}  # noqa: RUF001 - look-alikes are the point
_PIECE = re.compile(r"<[^<>]*>|&(?:amp|lt|gt);|```|.", re.DOTALL)
_URL = re.compile(r"https?://[^\s<>|\"`]+", re.IGNORECASE)
_USER = re.compile(r"[UW][A-Z0-9]{1,30}")
_GROUP = re.compile(r"S[A-Z0-9]{2,30}")
_IN_SLACK = re.compile(r"<@([UW][A-Z0-9]{1,30})>|<!subteam\^(S[A-Z0-9]{1,30})>")
_QUOTED = re.compile(r"`[^`]*`")
_CHANNEL = re.compile(r"[CG][A-Z0-9]{1,30}")


def size(text: str) -> int:
    """Return the length in UTF-16 units, the strictest way in which Slack may count."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def clean(text: str, *, lines: bool = False) -> str:
    """Strip what is invisible or steers the reading direction; without `lines`, make it one line."""
    if not _UNCLEAN.search(text):
        return text
    text = _BREAK.sub("\n", _INVISIBLE.sub("", text)).replace("\t", " ")
    return text if lines else _BREAKS.sub(" ", text)


def cut(text: str, limit: int) -> str:
    """Shorten plain text to `limit` UTF-16 units, with an ellipsis where it was cut."""
    if len(text) * 2 <= limit or size(text) <= limit:
        return text
    kept = text.encode("utf-16-le", "surrogatepass")[: max(limit - 1, 0) * 2].decode("utf-16-le", "ignore")
    return kept.rstrip() + ELLIPSIS


def esc(text: str, *, lines: bool = False) -> Markup:
    """Escape untrusted text for mrkdwn and take its formatting away; `Markup` comes back as it is."""
    if type(text) is Markup:
        return text
    if not _SPECIAL.search(text):
        return Markup(text)
    text = clean(text, lines=lines).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return Markup(_FORMATTING.sub(_look_alike, text))


def fit(text: Markup, limit: int) -> Markup:
    """Shorten markup to `limit` UTF-16 units without cutting through an entity, a link or a code fence."""
    if len(text) * 2 <= limit or size(text) <= limit:
        return text
    kept: list[str] = []
    room, fenced = limit - 5, False
    for piece in _PIECE.findall(text):
        room -= size(piece)
        if room < 0:
            break
        fenced ^= piece == "```"
        kept.append(piece)
    return Markup("".join(kept).rstrip() + ELLIPSIS + ("\n```" if fenced else ""))


def join(*parts: str, sep: str = "") -> Markup:
    """Put parts together, escaping those that are plain; blank parts take no separator."""
    if sep:
        return Markup(esc(sep).join([part if type(part) is Markup else esc(part) for part in parts if part]))
    return Markup("".join([part if type(part) is Markup else esc(part) for part in parts]))


def lines(parts: Iterable[str]) -> Markup:
    """Put each part that is not empty on a line of its own."""
    return join(*parts, sep=NEWLINE)


def bold(text: str) -> Markup:
    """Make text bold; blank text gives nothing."""
    inner = esc(text).strip()
    return Markup(f"*{inner}*" if inner else "")


def code(text: str, limit: int = _LABEL_LIMIT) -> Markup:
    """Show text in fixed width, as it is apart from backticks; blank text gives nothing."""
    inner = cut(clean(text).replace("`", "'").strip(), limit)
    inner = inner.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return Markup(f"`{inner}`" if inner else "")


def fixed(text: str, limit: int = 600) -> Markup:
    """Show lines in fixed width, below each other as they are; blank text gives nothing."""
    inner = cut(clean(text, lines=True).replace("`", "'"), limit)
    inner = inner.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return Markup(f"```\n{inner}\n```" if inner.strip() else "")


def prose(text: str, limit: int = 2900) -> Markup:
    """Escape a sentence of ours that may quote a person: what stands in `backticks` stays in fixed width."""
    pieces = cut(clean(text, lines=True), limit).split("`")
    paired = len(pieces) - (len(pieces) + 1) % 2
    shown = [
        code(piece, limit) if at % 2 else esc(piece, lines=True) for at, piece in enumerate(pieces[:paired])
    ]
    return fit(join(*shown, *(esc(f"`{piece}", lines=True) for piece in pieces[paired:])), limit)


def naming(text: str, limit: int = 2900) -> Markup:
    """Escape as `prose` does, but let people and user groups of Slack be named: for what pings nobody."""
    shown, at = list[Markup](), 0
    text = cut(clean(text, lines=True), limit)
    quoted = [found.span() for found in _QUOTED.finditer(text)]
    for found in _IN_SLACK.finditer(text):
        if any(start < found.start() < end for start, end in quoted):
            continue
        shown += [prose(text[at : found.start()], limit), mention(found[1] or found[2])]
        at = found.end()
    return fit(join(*shown, prose(text[at:], limit)), limit)


def is_web(url: str) -> bool:
    """Tell whether Slack would take `url` as a link to the web."""
    return len(url) <= _URL_LIMIT and url.isprintable() and _URL.fullmatch(url) is not None


def link(url: str, label: str) -> Markup:
    """Link a label, cut to 250, to an http(s) URL; with any other URL the label stands alone."""
    shown = label if isinstance(label, Markup) else esc(cut(clean(label).strip(), _LABEL_LIMIT))
    if not is_web(url):
        return shown
    address = url.replace("&", "&amp;")
    # A label ends at `>`, which is escaped; a second `|` is safe in Slack but not for every reader of it.
    shown_in_link = shown.replace("|", "│").strip()
    return Markup(f"<{address}|{shown_in_link}>" if shown_in_link else f"<{address}>")


def mention(user_id: str) -> Markup:
    """Mention a Slack member or a user group; what is no such id is shown as text."""
    if _GROUP.fullmatch(user_id):
        return Markup(f"<!subteam^{user_id}>")
    return Markup(f"<@{user_id}>") if _USER.fullmatch(user_id) else esc(cut(user_id, 60))


def channel(channel_id: str) -> Markup:
    """Link a Slack channel; what is no channel's id is shown as text."""
    return Markup(f"<#{channel_id}>") if _CHANNEL.fullmatch(channel_id) else esc(cut(channel_id, 60))


def ago(moment: datetime) -> Markup:
    """Show how long ago an aware moment was, as Slack keeps counting."""
    return _date(moment, "{ago}")


def when(moment: datetime) -> Markup:
    """Show an aware moment in the reader's own time zone."""
    return _date(moment, "{date_short_pretty} at {time}")


def quote(text: str, limit: int = 500, *, most_lines: int = 10) -> Markup:
    """Quote untrusted text of several lines, within `limit` UTF-16 units; blank text gives nothing."""
    rows = [row.rstrip() for row in clean(cut(text, limit * 2), lines=True).strip().split("\n")]
    rows = [row for row in rows if row]
    if len(rows) > most_lines:
        rows = [*rows[: most_lines - 1], rows[most_lines - 1] + ELLIPSIS]
    quoted = "\n".join([f">{prose(row, limit)}" for row in rows])
    return fit(Markup(quoted), limit)


def _date(moment: datetime, style: str) -> Markup:
    written = moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
    return Markup(f"<!date^{int(moment.timestamp())}^{style}|{written}>")


def _look_alike(found: re.Match[str]) -> str:
    return _LOOKS_LIKE[found[0]]
