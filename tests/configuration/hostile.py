"""Configuration files that mean harm, or that a careless hand leaves behind."""

import random

from bot.configuration.reader import BYTES

_BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{name}: &{name} [{','.join([f'*{before}'] * 9)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
_HEAD = "version: 1\n"


def _dear(turn: int) -> str:
    """Make many small expressions that each take long to compile."""
    return ",".join(f"/\\pL{turn}x{number}/" for number in range(40))


def _multiplied() -> str:
    """Make few filters into many long ones: every subscription uses all of them, in another order."""
    names = [f"f{number}" for number in range(10)]
    filters = "".join(f" {name}: 'label:{name * 20}'\n" for name in names)
    rows = [
        f" - {{channel: '#c{turn}', repo: acme/r, use: [{','.join(names[turn % 10 :] + names[: turn % 10])}],"
        f" filter: 'label:x{turn}'}}\n"
        for turn in range(100)
    ]
    return f"{_HEAD}filters:\n{filters}subscriptions:\n{''.join(rows)}"


HOSTILE: dict[str, bytes] = {
    "billion laughs": _BOMB.encode(),
    "alias of itself": b"version: 1\nsla: &a [*a]\n",
    "alias of a key": b"&a version: 1\n*a : 2\n",
    "an alias for an entry": b"version: 1\nsubscriptions: [*a]\nsla: *b\nteams: {acme/b: *c}\n",
    "an alias inside an entry": b"version: 1\nsubscriptions: [{channel: *a}]\nreminders: [{channel: *a}]\n",
    "10,000 deep lists": b"[" * 10_000,
    "10,000 deep mappings": b"{a: " * 10_000,
    "as deep as fits": b"[" * BYTES,
    "deep and closed": b"[" * 8_000 + b"]" * 8_000,
    "deep by dashes": b"- " * 8_000 + b"a",
    "deep by questions": b"? " * 8_000 + b"a",
    "deep by mixed brackets": b"[{" * 8_000,
    "deep by indentation": "".join(f"{' ' * level}a:\n" for level in range(170)).encode(),
    "1 MB of text": b"version: '" + b"x" * 1_000_000 + b"'",
    "1 MB of nothing": b"\n" * 1_000_000,
    "a key as long as fits": b"x" * (BYTES - 3) + b": 1",
    "as many values as fit": b"[" + b"a," * 8_000 + b"]",
    "as many keys as fit": "".join(f"k{number}: x\n" for number in range(1_800)).encode(),
    "as many documents as fit": b"---\n" * 4_000,
    "as many mistakes as fit": (
        _HEAD + "sla:\n" + "".join(f" hourss{n}: x\n" for n in range(1_000))
    ).encode(),
    "invalid UTF-8": b"version: 1\nfilters:\n  a: \xff\xfe\n",
    "invalid UTF-8 after a mark of order": b"\xef\xbb\xbf\xc3\xa4\xc3\xa4\xff",
    "a cut character": "version: 1 # ä".encode()[:-1],
    "surrogates": b"version: \xed\xa0\x80\n",
    "UTF-16": _HEAD.encode("utf-16"),
    "UTF-32": _HEAD.encode("utf-32"),
    "NUL": b"version: 1\x00\n",
    "NUL, escaped": b'version: "\\0"\n',
    "a surrogate, escaped": b'version: "\\ud800"\n',
    "beyond Unicode, escaped": b'version: "\\U00110000"\n',
    "right to left": "version: 1 # \u202e\n".encode(),
    "right to left, escaped": b'version: 1\nfilters: {a: "\\u202e"}\n',
    "a line break of YAML only": "version: 1\u2028sla: 2\n".encode(),
    "a lone carriage return": b"version: 1\rsla: 2\n",
    "tabs": b"version: 1\nsla:\n\thours: 8\n",
    "only tabs": b"\t" * 1_000,
    "a duplicate key": b"version: 1\nversion: 1\n",
    "a merge key": b"version: 1\n<<: {sla: {hours: 8}}\n",
    "a python tag": b"!!python/object/apply:os.system ['true']\n",
    "a python tag inside": b"version: !!python/name:os.system 1\n",
    "a tag of ours": b"%TAG !e! tag:example.org,2026:\n---\nversion: !e!x 1\n",
    "a binary tag": b"version: !!binary aGk=\n",
    "a set": b"version: 1\nsla: !!set {hours}\n",
    "a huge integer": b"version: " + b"9" * 10_000 + b"\n",
    "a huge hexadecimal": b"version: 0x" + b"f" * 10_000 + b"\n",
    "a huge exponent": b"version: 1e999999999\n",
    "not a number": b"version: .nan\n",
    "infinity": b"version: .inf\n",
    "a date": b"version: 2026-11-20\n",
    "sexagesimal": b"version: 1:30\n",
    "a boolean of YAML 1.1": b"version: yes\n",
    "a boolean": b"version: true\n",
    "a list for a key": b"? [version]\n: 1\n",
    "a mapping for a key": b"{{version: 1}: 1}\n",
    "a key without a name": b": 1\n",
    "only a scalar": b"version",
    "only a list": b"- version: 1\n",
    "nothing": b"",
    "only a mark of order": b"\xef\xbb\xbf",
    "only a comment": b"# version: 1\n",
    "null": b"~",
    "an end alone": b"...\n",
    "two documents": b"version: 1\n---\nversion: 1\n",
    "a directive of the future": b"%YAML 9.9\n---\nversion: 1\n",
    "many directives": "".join(f"%TAG !{number}! x\n" for number in range(1_000)).encode(),
    "a quotation without an end": b'version: "1\n',
    "a bracket without an end": b"version: [1\n",
    "an at sign": b"version: @octocat\n",
    "a backtick": b"version: `1`\n",
    "a filter that backtracks": b"version: 1\nfilters: {a: 'base:" + b"*a" * 200 + b"b'}\n",
    "a filter of quotes": b"version: 1\nfilters: {a: '" + b'"' * 400 + b"'}\n",
    "filters without an end": (
        _HEAD + "filters:\n" + "".join(f" f{n}: '{'-x:,' * 100}'\n" for n in range(30))
    ).encode(),
    "filters that multiply": _multiplied().encode(),
    "expressions that are dear": (
        _HEAD + "filters:\n" + "".join(f" f{n}: 'title:{_dear(n)}'\n" for n in range(25))
    ).encode(),
    "expressions that are too large": (
        _HEAD + "filters:\n" + "".join(f" f{n}: 'title:/\\pL{{20}}{n}/'\n" for n in range(50))
    ).encode(),
    "expressions used a hundredfold": (
        f"{_HEAD}filters: {{f: 'title:{_dear(99)}'}}\nsubscriptions:\n"
        + "".join(
            f"- {{channel: '#c{n}', repo: acme/r, use: [f], filter: 'label:{n}'}}\n" for n in range(100)
        )
    ).encode(),
    "expressions after fifty mistakes": (
        _HEAD
        + "".join(f"k{n}: 1\n" for n in range(50))
        + "filters:\n"
        + "".join(f" f{n}: 'title:{_dear(n)[:300]}'\n" for n in range(25, 50))
    ).encode(),
    "expressions in schedules": (
        _HEAD
        + "reminders:\n"
        + "".join(f"- {{channel: '#c{n}', schedule: 'mon 9:00 title:/\\pL{n}/'}}\n" for n in range(50))
    ).encode(),
    "a zone outside": b"version: 1\nsla: {calendar: {zone: ../../../etc/passwd}}\n",
    "a folder for a zone": b"version: 1\nsla: {calendar: {zone: Europe}}\n",
    "a mention": b"version: 1\n<!channel>: 1\n'<@U012AB3CD> @octocat `x` |': 1\n",
}
"""Files that are no configuration, by what is wrong with them."""


GOOD = b"""version: 1
filters: {mine: "draft:no", other: "-label:wip"}
subscriptions:
  - {channel: "#a", repo: acme/api, use: [mine, other], features: [reviews, ci], broadcast: [merged]}
  - {channel: C024BE91L, repo: acme/*, excluded: [acme/old], filter: "base:main bots:no"}
sla: {hours: 8, ladder: {author: 9, channel: 99}, calendar: {zone: Asia/Tokyo, days: [mon], country: JP}}
teams: {acme/backend: {usergroup: "@b", routing: fewest}}
people: {octocat: U012AB3CD, mona: mona@acme.example}
reminders: [{channel: "#a", schedule: "weekdays 09:30"}]
"""

HARMLESS = frozenset({"a filter that backtracks", "a filter of quotes"})
"""Those of them that may be right, as long as they cost no more than others."""


def mutated(seed: int) -> bytes:
    """Return a right file spoilt at random: bytes swapped, cut out, doubled or put in."""
    dice = random.Random(seed)  # noqa: S311 - no secret
    body = bytearray(GOOD if seed % 2 else dice.choice(list(HOSTILE.values()))[:2_000])
    for _ in range(dice.choice((1, 1, 2, 3, 12))):
        at = dice.randint(0, len(body))
        piece = dice.choice(_PIECES)
        body[at : at + dice.choice((0, 0, 1, 5))] = piece * dice.choice((1, 1, 1, 40))
    return bytes(body)


_PIECES = (
    b"[", b"]", b"{", b"}", b":", b": ", b"- ", b"? ", b"&a ", b"*a ", b"!!x ", b"<<: ", b"'", b'"',
    b"\n", b" ", b"\t", b"#", b"|", b">", b"%", b"@", b"`", b"\\", b"\xff", b"\x00", b"\xef\xbb\xbf",
    b"\xe2\x80\xae", b"\n---\n", b"\n...\n", b"~", b"0x", b"1e9", b".inf", b"2026-11-20", b"yes", b",",
    b"version: 1\n", b"sla:\n  ",
)  # fmt: skip
