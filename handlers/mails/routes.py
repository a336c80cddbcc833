"""What the HTTP door serves for e-mails: the pages behind their links, and what comes back."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from bot.context import Context
from handlers.mails import bouncing, unsubscribe, verifying

Answer = Callable[[Context, web.Request], Awaitable[web.Response]]


def routes(context: Context) -> list[web.RouteDef]:
    """Return the routes."""

    def bound(answer: Answer) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handle(request: web.Request) -> web.Response:
            return await answer(context, request)

        return handle

    return [
        web.get("/mail/unsubscribe/{token}", bound(unsubscribe.show)),
        web.post("/mail/unsubscribe/{token}", bound(unsubscribe.stop)),
        web.get("/mail/verify/{token}", bound(verifying.show)),
        web.post("/mail/verify/{token}", bound(verifying.confirm)),
        web.post("/mail/verify/{token}/never", bound(verifying.never)),
        web.post("/mail/bounces", bound(bouncing.receive)),
    ]
