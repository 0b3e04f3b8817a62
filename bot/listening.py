"""The web server at the one address we listen at: for Telegram's calls, and for whoever asks how we are."""

from __future__ import annotations

from aiohttp import web

from bot.health import Health
from bot.webhook import CannotListen, WebhookServer

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the header's name, Bot API setWebhook
LARGEST_CALL = 1_000_000  # bytes; an update is a few kilobytes


async def listening(listen: str, health: Health, webhook: WebhookServer | None) -> web.AppRunner:
    """Listen at `host:port`; the runner to clean up. Raises CannotListen."""

    async def well(_request: web.Request) -> web.Response:
        status, text = await health.answer()
        return web.Response(status=status, text=text)

    async def called(request: web.Request) -> web.Response:
        assert webhook is not None  # noqa: S101 - no route leads here without one
        secret = request.headers.get(SECRET_HEADER, "")
        return web.Response(status=await webhook.called(secret, request.read))

    app = web.Application(client_max_size=LARGEST_CALL)
    app.router.add_get("/healthz", well)
    if webhook is not None:
        app.router.add_post(webhook.path, called)
    return await _opened(app, listen)


async def _opened(app: web.Application, listen: str) -> web.AppRunner:
    host, _, port = listen.rpartition(":")
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=3)
    await runner.setup()
    try:
        await web.TCPSite(runner, host.strip("[]"), int(port)).start()
    except OSError as error:
        await runner.cleanup()
        raise CannotListen(listen) from error
    return runner
