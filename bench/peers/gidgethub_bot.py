"""A bot on gidgethub and slack_sdk: each pull request is posted inline, and nothing is kept.

With `shared` all calls to Slack go over one session; without it slack_sdk opens one for each call.
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
from aiohttp import web
from gidgethub import GitHubException
from gidgethub.routing import Router
from gidgethub.sansio import Event
from slack_sdk.web.async_client import AsyncWebClient


class Bot:
    """Takes webhooks at its door and posts what they tell."""

    def __init__(self, slack: AsyncWebClient, channel: str, secret: str) -> None:
        self._slack, self._channel, self._secret = slack, channel, secret
        self._router = Router()
        self._router.add(self._on_pull, "pull_request")

    async def webhook(self, request: web.Request) -> web.Response:
        """Check, parse, dispatch; answer when all is done."""
        body = await request.read()
        try:
            event = Event.from_http(request.headers, body, secret=self._secret)
        except GitHubException:
            return web.Response(status=400)
        await self._router.dispatch(event)
        return web.Response(status=200)

    async def _on_pull(self, event: Event) -> None:
        pull = event.data["pull_request"]
        title = f"#{pull['number']} {pull['title']}"
        text = f"<{pull['html_url']}|{title}> by {pull['user']['login']}"
        await self._slack.chat_postMessage(channel=self._channel, text=text)


@asynccontextmanager
async def _client(*, shared: bool) -> AsyncIterator[AsyncWebClient]:
    token, url = os.environ["SLACK_BOT_TOKEN"], os.environ["SLACK_API_URL"]
    if not shared:
        yield AsyncWebClient(token, base_url=url)
        return
    async with aiohttp.ClientSession() as session:
        yield AsyncWebClient(token, base_url=url, session=session)


async def serve(*, shared: bool) -> None:
    """Serve on a free port, print the port, and stay."""
    async with _client(shared=shared) as slack:
        bot = Bot(slack, os.environ["SLACK_CHANNEL"], os.environ["GITHUB_WEBHOOK_SECRET"])
        app = web.Application()
        app.router.add_post("/webhooks/github", bot.webhook)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        print(runner.addresses[0][1], flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(shared="shared" in sys.argv[1:]))
