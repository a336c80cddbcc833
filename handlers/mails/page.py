"""The plain page behind a link in an e-mail: a look changes nothing, a button does."""

from html import escape

from aiohttp import web

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex"><title>{title}</title>
<style>
:root{{color-scheme:light dark}}
body{{font:17px/1.5 system-ui,sans-serif;max-width:34em;margin:12vh auto;padding:0 1.2em}}
p{{overflow-wrap:anywhere}}
h1{{font-size:1.6em;line-height:1.25}}
form{{display:inline-block;margin:.4em .6em .4em 0}}
button{{font:inherit;color:inherit;background:transparent;padding:.5em 1.2em;cursor:pointer;
border-radius:.4em;border:1px solid}}
form:first-of-type button{{background:#2350c4;border-color:#2350c4;color:#fff}}
</style></head><body><h1>{title}</h1><p>{text}</p>{form}</body></html>"""
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Frame-Options": "DENY",
}


def page(title: str, text: str, form: str = "") -> web.Response:
    """Return the page; `text` and `form` are HTML already."""
    return web.Response(
        text=_PAGE.format(title=title, text=text, form=form), content_type="text/html", headers=_HEADERS
    )


def refused(kind: type[web.HTTPException], title: str, text: str) -> web.HTTPException:
    """Return the failure to raise, with a page that says in plain words what to do."""
    return kind(
        text=_PAGE.format(title=title, text=escape(text), form=""),
        content_type="text/html",
        headers=_HEADERS,
    )
