"""E-mail templates: fixed placeholders and nothing else, so that one that somebody brings can do no harm.

`{{ title }}` stands for a value. In HTML every value is escaped; a template holds no script, image or form,
and is checked when it is read.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from html import escape
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType

from bot.errors import ConfigurationError

PLACES = (
    "closing", "greeting", "heading", "lead", "note", "place", "reason", "title", "unsubscribe_url", "url",
)  # fmt: skip
NEEDED = ("note", "reason", "unsubscribe_url")
# Gmail cuts off what is longer than about 100 kB.
MOST_BYTES = 50_000

_PLACE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
# A paragraph of plain text that is one placeholder: without a value it leaves no gap.
_ALONE = re.compile(r"^\{\{\s*(\w+)\s*\}\}\n\n", re.MULTILINE)
_LINKS = {"url", "unsubscribe_url"}
_TAGS = {
    "html", "head", "meta", "title", "style", "body", "table", "thead", "tbody", "tr", "td", "th",
    "p", "div", "span", "center", "a", "b", "strong", "i", "em", "u", "small", "br", "hr", "h1",
    "h2", "h3", "h4", "ul", "ol", "li", "blockquote", "pre", "code",
}  # fmt: skip
_ATTRIBUTES = {
    "align", "bgcolor", "border", "cellpadding", "cellspacing", "charset", "class", "color",
    "colspan", "content", "dir", "height", "href", "id", "lang", "name", "role", "rowspan", "style",
    "title", "valign", "width",
}  # fmt: skip
_UNSAFE_STYLE = re.compile(r"url\s*\(|@import|expression|\\|behavior|-moz-binding|</|/\*|\{\{", re.IGNORECASE)
_OWN_LINK = re.compile(r"(?:https?|mailto):", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Template:
    """The two parts of an e-mail."""

    html: str
    text: str

    def fill(self, values: Mapping[str, str], note_html: str) -> tuple[str, str]:
        """Return HTML and plain text; `note_html` is safe already, all else is escaped."""
        safe = {name: escape(value) for name, value in values.items()} | {"note": note_html}
        said = _ALONE.sub(lambda found: found[0] if values.get(found[1]) else "", self.text)
        return _filled(self.html, safe), _filled(said, values)


@dataclass(frozen=True, slots=True)
class Templates:
    """The template of each owner, by the lower-case name; the built-in one for everybody else."""

    own: Mapping[str, Template] = field(default_factory=lambda: MappingProxyType({}))
    usual: Template | None = None

    def of(self, repo: str) -> Template:
        """Return the template for the notes of a repository."""
        return self.own.get(repo.partition("/")[0].lower()) or self.usual or built_in("note")


@cache
def built_in(name: str) -> Template:
    """Return one of the templates that ship with the package: `note` or `question`."""
    folder = files("bot.mails") / "templates"
    return Template(*((folder / f"{name}.{end}").read_text(encoding="utf-8") for end in ("html", "txt")))


def load(folder: Path | None) -> Templates:
    """Read `note.html` and `note.txt` of the folder, and of a folder in it for each owner.

    A part that is missing is the built-in one. Raises ConfigurationError with what is wrong where.
    """
    if folder is None:
        return Templates()
    if not folder.is_dir():
        raise ConfigurationError(f"MAIL_TEMPLATES: no such folder: {folder}")
    owners = {one.name.lower(): one for one in sorted(folder.iterdir()) if one.is_dir()}
    usual = _read(folder, built_in("note"))
    return Templates({name: _read(one, usual) for name, one in owners.items()}, usual)


def problem(content: str, *, html: bool) -> str | None:
    """Say what keeps a template from being used, or None."""
    if len(content.encode()) > MOST_BYTES:
        return f"it is larger than {MOST_BYTES} bytes"
    used = set(_PLACE.findall(content))
    if strange := sorted(used - set(PLACES)):
        return f"{{{{ {strange[0]} }}}} is none of its placeholders: {', '.join(PLACES)}"
    if missing := [name for name in NEEDED if name not in used]:
        return f"{{{{ {missing[0]} }}}} is missing"
    if "{{" in _PLACE.sub("", content) or "{%" in content:
        return "it holds more than placeholders"
    if not html:
        return None
    check = _Check()
    check.feed(content)
    check.close()
    return check.wrong


def _read(folder: Path, usual: Template) -> Template:
    parts = []
    for end, known in (("html", usual.html), ("txt", usual.text)):
        path = folder / f"note.{end}"
        if not path.is_file():
            parts.append(known)
            continue
        try:
            with path.open("rb") as file:
                content = file.read(MOST_BYTES + 1).decode()
        except (OSError, UnicodeError) as error:
            raise ConfigurationError(f"MAIL_TEMPLATES: {path} cannot be read: {error}") from None
        if wrong := problem(content, html=end == "html"):
            raise ConfigurationError(f"MAIL_TEMPLATES: {path}: {wrong}")
        parts.append(content)
    return Template(*parts)


def _filled(content: str, values: Mapping[str, str]) -> str:
    return _PLACE.sub(lambda found: values.get(found[1], ""), content)


class _Check(HTMLParser):
    """Reads a template and keeps the first thing that it must not hold."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.wrong: str | None = None
        self._style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._style = tag == "style"
        if tag not in _TAGS:
            self._refuse(f"<{tag[:20]}> is not allowed")
        for name, value in attrs:
            self._attribute(name, (value or "").strip())

    def handle_data(self, data: str) -> None:
        if self._style and (found := _UNSAFE_STYLE.search(data)):
            self._refuse(f"<style> must not hold {found[0]}")

    def handle_endtag(self, tag: str) -> None:
        if tag == "style":
            self._style = False

    def handle_comment(self, data: str) -> None:
        if "<" in data or "[" in data or "{{" in data:
            self._refuse("a comment must hold plain words only")

    def handle_decl(self, decl: str) -> None:
        if decl.strip().lower() != "doctype html":
            self._refuse("only <!doctype html> may be declared")

    def handle_pi(self, data: str) -> None:
        self._refuse(f"<?{data[:20]} is not allowed")

    def unknown_decl(self, data: str) -> None:
        self._refuse(f"<![{data[:20]} is not allowed")

    def _attribute(self, name: str, value: str) -> None:
        if name not in _ATTRIBUTES:
            self._refuse(f"the attribute {name[:20]} is not allowed")
        if name == "style" and (found := _UNSAFE_STYLE.search(value)):
            self._refuse(f"style must not hold {found[0]}")
        if name == "href":
            place = _PLACE.fullmatch(value)
            if not (place and place[1] in _LINKS) and ("{{" in value or not _OWN_LINK.match(value)):
                self._refuse("href must be {{ url }}, {{ unsubscribe_url }}, https: or mailto:")
        elif "{{" in value:
            self._refuse(f"{name} must not hold a placeholder")
        if name == "content" and ("url" in value.lower() or ";" in value):
            self._refuse("<meta> must not lead elsewhere")

    def _refuse(self, what: str) -> None:
        self.wrong = self.wrong or what
