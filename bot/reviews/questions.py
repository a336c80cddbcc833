"""Whether a remark asks something."""

import re

_LONGEST = 20_000
_CODE = re.compile(r"`[^`\n]*`")
# A mark within a word belongs to a link.
_MARK = re.compile(r"[?\uff1f\u061f](?![\w/=&%#.-])")
_FENCES = ("```", "~~~")


def asks(body: str) -> bool:
    """Tell whether there is a question mark, of any script, outside of quotes, code and links."""
    if not _MARK.search(body):
        return False
    fenced = False
    for line in body[:_LONGEST].splitlines():
        start = line.lstrip()
        if start.startswith(_FENCES):
            fenced = not fenced
        elif not fenced and not start.startswith(">") and _MARK.search(_CODE.sub("", line)):
            return True
    return False
