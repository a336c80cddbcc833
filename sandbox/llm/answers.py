"""What the stand-in model says: values that fit a JSON schema, drawn from the fields of the prompt."""

import json
import re
from dataclasses import dataclass
from typing import Any

Schema = dict[str, Any]

_TITLE = (
    re.compile(r"<title>\s*(.+?)\s*</title>", re.IGNORECASE | re.DOTALL),
    re.compile(r'"title"\s*:\s*"((?:[^"\\]|\\.)*)"', re.IGNORECASE),
    re.compile(r"^\W*(?:pull request )?title\W*[:=][ \t*]*(.+)$", re.IGNORECASE | re.MULTILINE),
)
_WISH = (
    re.compile(
        r"<(?:wish|instruction|feedback|guidance|change_request)>\s*(.+?)\s*</", re.IGNORECASE | re.DOTALL
    ),
    re.compile(r'"(?:wish|instruction|feedback|guidance)"\s*:\s*"((?:[^"\\]|\\.)+)"', re.IGNORECASE),
    re.compile(
        r"^\W*(?:wish|instruction|feedback|guidance|what to change|change (?:asked|requested)|"
        r"(?:the )?reviewer asks?)[^:\n]{0,40}:[ \t]*(\S.*)$",
        re.IGNORECASE | re.MULTILINE,
    ),
)
_LABELS = (re.compile(r"<labels>\s*(.+?)\s*</labels>", re.IGNORECASE | re.DOTALL),)
_PATH = re.compile(r"(?<![\w/:.])(?:[\w.-]+/)+[\w.-]+\.\w{1,8}\b")
_SHA = re.compile(r"\b(?=[0-9a-f]*\d)[0-9a-f]{7,40}\b")
_ORDER = re.compile(
    r"https?://[^\s<>\")]+|<[!@#][^>\s]*>|@(?:here|channel|everyone)\b|"
    r"(?:ignore|disregard|forget)\b[^.\n]{0,40}\b(?:instructions?|rules|above)\b[^\n]*",
    re.IGNORECASE,
)
_PREFIX = re.compile(r"^(?P<kind>\w+)(?:\([^)]*\))?!?:\s+")
_PAST = {
    "add": "Added",
    "allow": "Allowed",
    "avoid": "Avoided",
    "change": "Changed",
    "correct": "Corrected",
    "drop": "Dropped",
    "enable": "Enabled",
    "fix": "Fixed",
    "handle": "Handled",
    "improve": "Improved",
    "introduce": "Introduced",
    "keep": "Kept",
    "make": "Made",
    "prevent": "Prevented",
    "remove": "Removed",
    "rename": "Renamed",
    "replace": "Replaced",
    "retry": "Retried",
    "show": "Showed",
    "speed": "Sped",
    "stop": "Stopped",
    "support": "Supported",
    "update": "Updated",
    "use": "Used",
}
_KINDS = (  # words of a title → the stems of a category's name that fit, best first
    (r"\b(security|cve|xss|injection|vulnerab)", ("secur", "fix")),
    (r"\b(fix|bug|crash|broken|regression|prevent|correct|stop)", ("fix", "bug")),
    (r"\b(perf|faster|speed|slow|latency)", ("perf", "speed", "improv", "chang")),
    (r"\b(docs?|readme|document|typo)", ("doc", "chore", "intern", "other")),
    (r"\bdeprecat", ("deprec", "chang")),
    (r"\b(remove|drop)", ("remov", "break", "chang")),
    (r"\b(chore|bump|ci|refactor|test|build|deps)\b", ("chore", "intern", "maint", "depend", "other")),
    (r"\b(feat|add|support|allow|introduce|enable|let)", ("feat", "add", "new", "enhanc", "improv")),
)


@dataclass(frozen=True)
class Prompt:
    """The fields of a prompt that a note is written from."""

    title: str
    labels: str
    wish: str
    paths: tuple[str, ...]
    shas: tuple[str, ...]
    orders: tuple[str, ...]


def read_prompt(text: str) -> Prompt:
    """Find the title, the change asked for, paths, commits and injected orders in a prompt's text."""
    first_line = next((line.strip() for line in text.splitlines() if line.strip()), "an unnamed change")
    return Prompt(
        title=_first(_TITLE, text) or first_line[:120],
        labels=_first(_LABELS, text),
        wish=_first(_WISH, text),
        paths=tuple(dict.fromkeys(_PATH.findall(text)))[:5],
        shas=tuple(dict.fromkeys(_SHA.findall(text)))[:5],
        orders=tuple(dict.fromkeys(match.strip() for match in _ORDER.findall(text)))[:5],
    )


def sentence(prompt: Prompt) -> str:
    """Write one clear sentence for users from the title, heeding the change that was asked for."""
    bare = _PREFIX.sub("", " ".join(prompt.title.split())).rstrip(".! ")
    verb, _, rest = bare.partition(" ")
    past = _PAST.get(verb.lower())
    text = f"{past} {rest}".strip() if past and rest else bare[:1].upper() + bare[1:]
    if prompt.wish:
        text = _reworded(text, prompt.wish)
    return f"{text}."


def _reworded(text: str, wish: str) -> str:
    """Shorten the text, or add what the wish asks to mention; whatever it asks, the text changes."""
    if re.search(r"\b(short|brief|concise|simple)", wish, re.IGNORECASE):
        parts = re.split(r"\s(?:to|for|when|with|in|on|from|by)\s", text, maxsplit=1)
        return parts[0] if len(parts[0].split()) > 1 else text
    said = re.search(
        r"\b(?:mention|say|add|name|include)s?\s+(?:that\s+)?(.{3,120}?)[.!]?$", wish, re.IGNORECASE
    )
    return f"{text} ({said.group(1)})" if said else f"{text}, in other words"


def category(prompt: Prompt, choices: list[str]) -> str:
    """Choose the category that fits the title's words, else the labels'; the first one when none does."""
    prefix = _PREFIX.match(prompt.title)
    title = f"{prefix['kind']} {prompt.title}" if prefix else prompt.title
    for words in (title, prompt.labels):
        for pattern, stems in _KINDS:
            if re.search(pattern, words, re.IGNORECASE):
                for stem in stems:
                    found = next((choice for choice in choices if stem in choice.lower()), None)
                    if found:
                        return found
    return choices[0]


def fill(schema: Schema, prompt: Prompt, *, obey: bool = False) -> Any:
    """Return a value for `schema`; with `obey` the orders found in the prompt stand in its text."""
    return _value(schema, "", schema, prompt, obey)


def misfit(schema: Schema) -> Any:
    """Return an object that is valid JSON and breaks `schema`: unknown keys and wrong types."""
    wrong: dict[str, Any] = {name: {"nested": [1, None]} for name in list(schema.get("properties", {}))[:1]}
    return {**wrong, "banana": True}


def plain_text(prompt: Prompt, *, obey: bool = False) -> str:
    """Return the sentence as free text."""
    return " ".join((sentence(prompt), *(prompt.orders if obey else ())))


def _value(schema: Schema, name: str, root: Schema, prompt: Prompt, obey: bool) -> Any:
    schema = _settled(schema, root)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return category(prompt, [str(choice) for choice in schema["enum"]])
    kind = schema.get("type", "object" if "properties" in schema else "string")
    if kind == "object":
        properties: dict[str, Schema] = schema.get("properties", {})
        return {key: _value(inner, key, root, prompt, obey) for key, inner in properties.items()}
    if kind == "array":
        return _items(schema, name, root, prompt, obey)
    breaking = bool(re.search(r"\bbreaking\b|^\w+(\(.*\))?!:", prompt.title, re.IGNORECASE))
    plain = {"string": _string(schema, name, prompt, obey), "boolean": breaking, "null": None}
    return plain.get(kind, max(1, schema.get("minimum", 1)))


def _settled(schema: Schema, root: Schema) -> Schema:
    """Follow references and take the first choice that is not null until one plain schema is left."""
    while True:
        options = schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf")
        if "$ref" in schema:
            schema = _resolve(schema["$ref"], root)
        elif options:
            schema = next((option for option in options if option.get("type") != "null"), options[0])
        elif isinstance(schema.get("type"), list):
            schema = {**schema, "type": next((kind for kind in schema["type"] if kind != "null"), "null")}
        else:
            return schema


def _items(schema: Schema, name: str, root: Schema, prompt: Prompt, obey: bool) -> list[Any]:
    least, most = schema.get("minItems", 0), schema.get("maxItems", 5)
    inner = schema.get("items", {})
    lowered = name.lower()
    found: tuple[str, ...] = ()
    if inner.get("type") == "string":
        if "commit" in lowered or "sha" in lowered:
            found = prompt.shas
        elif "file" in lowered or "path" in lowered:
            found = prompt.paths
        elif "evidence" in lowered or "source" in lowered:
            found = prompt.shas[:2] + prompt.paths[:2]
    values: list[Any] = list(found[:most])
    return values + [_value(inner, name, root, prompt, obey) for _ in range(least - len(values))]


def _string(schema: Schema, name: str, prompt: Prompt, obey: bool) -> str:
    lowered = name.lower()
    if lowered in {"category", "kind", "type", "section"}:
        return category(prompt, ["Added", "Fixed", "Changed", "Removed", "Security"])
    own = {"title": prompt.title, "reason": "the title says so", "why": "the title says so"}
    text = own.get(lowered) or plain_text(prompt, obey=obey)
    limit: int | None = schema.get("maxLength")
    return text if limit is None or len(text) <= limit else text[: limit - 1] + "…"


def _resolve(ref: str, root: Schema) -> Schema:
    found: Any = root
    for part in ref.removeprefix("#/").split("/"):
        found = found[part]
    return dict(found)


def _first(patterns: tuple[re.Pattern[str], ...], text: str) -> str:
    for pattern in patterns:
        match = pattern.search(text)
        if match:
            found = match.group(1).strip()
            return str(json.loads(f'"{found}"')) if pattern.pattern.startswith('"') else found.strip("\"'`* ")
    return ""
