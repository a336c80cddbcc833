"""The page behind a pull request's `html_url`, so that links can be followed."""

from html import escape

from aiohttp import web

from sandbox.github.core import GitHub
from sandbox.github.model import Pull

PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>{title}</title>
<style>body{{font:16px/1.5 system-ui;max-width:60rem;margin:2rem auto;padding:0 1rem}}
pre{{background:#f6f8fa;padding:1rem;overflow:auto}}small{{color:#57606a}}</style>
<h1>{title} <small>#{number}</small></h1>
<p><small>{state} · {author} wants to merge {commits} commit(s) into {base} from {head}</small></p>
<p style="white-space:pre-wrap">{body}</p>
<pre>{diff}</pre>
"""


class Site:
    """Pages for people."""

    def __init__(self, github: GitHub) -> None:
        self.github = github

    async def pull(self, request: web.Request) -> web.Response:
        """Show title, description and diff of a public pull request."""
        repo = self.github.state.named(f"{request.match_info['owner']}/{request.match_info['repo']}")
        item = repo.issues.get(int(request.match_info["number"])) if repo and not repo.private else None
        if repo is None or not isinstance(item, Pull):
            raise web.HTTPNotFound
        text = PAGE.format(
            title=escape(item.title),
            number=item.number,
            state="merged" if item.merged_at else item.state,
            author=escape(item.author),
            commits=item.commit_count,
            base=escape(item.base_ref),
            head=escape(f"{item.head_owner}:{item.head_ref}"),
            body=escape(item.body or ""),
            diff=escape("".join(map(str, self.github.files_of(repo, item)))),
        )
        return web.Response(text=text, content_type="text/html")
