"""getUpdates and the methods of the webhook."""

import ipaddress
import re
from urllib.parse import urlsplit

from bot.sandbox.methods import Request, method
from bot.sandbox.refusals import bad_request, broken
from bot.sandbox.updates import WEBHOOK_ACTIVE

SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}\Z")
PORTS = {443, 80, 88, 8443}
"""Where Telegram delivers to (Bot API: setWebhook)."""
MOST_UPDATES = 100
"""In one answer of getUpdates; what is asked beyond 1 to 100 is cut to it."""
MOST_CONNECTIONS = 100


async def get_updates(request: Request) -> bytes:
    """The next updates as JSON. Raises 409 while a webhook is set or when another poll takes over."""
    sent, updates = request.sent, request.world.updates
    if request.world.webhook.url:
        raise WEBHOOK_ACTIVE
    limit = min(max(sent.get("limit", MOST_UPDATES), 1), MOST_UPDATES)
    if "allowed_updates" in sent:
        updates.allow(sent["allowed_updates"])
    updates.confirm(sent.get("offset", 0))
    return await updates.poll(limit, sent.get("timeout", 0))


@method("setWebhook")
def set_webhook(request: Request) -> bool:
    """From now on updates are pushed to `url`; an empty one ends that."""
    sent, world = request.sent, request.world
    _check_address(sent["url"])
    if "secret_token" in sent and not SECRET.match(sent["secret_token"]):
        raise broken("secret token contains unallowed characters")
    connections = sent.get("max_connections", 40)
    if not 1 <= connections <= MOST_CONNECTIONS:
        raise broken("invalid max_connections specified")
    if "allowed_updates" in sent:
        world.updates.allow(sent["allowed_updates"])
    if sent.get("drop_pending_updates"):
        world.updates.clear()
    world.webhook.point(sent["url"], sent.get("secret_token", ""), connections)
    return True


def _check_address(url: str) -> None:
    """https on one of Telegram's ports. Loopback is the sandbox's own leave: there http and any port do."""
    if not url:
        return
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise broken("invalid webhook URL specified") from None
    if _loopback(host) and parts.scheme in {"http", "https"}:
        return
    if parts.scheme != "https":
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if (port or 443) not in PORTS:
        raise bad_request("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
    raise bad_request("bad webhook: Failed to resolve host: the sandbox reaches loopback only")


def _loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@method("deleteWebhook")
def delete_webhook(request: Request) -> bool:
    """Back to getUpdates."""
    if request.sent.get("drop_pending_updates"):
        request.world.updates.clear()
    request.world.webhook.point("")
    return True


@method("getWebhookInfo")
def get_webhook_info(request: Request) -> dict[str, object]:
    """Where updates are pushed, how many wait, and what went wrong last."""
    world, hook = request.world, request.world.webhook
    info: dict[str, object] = {
        "url": hook.url,
        "has_custom_certificate": False,
        "pending_update_count": len(world.updates.pending),
    }
    if hook.url:
        info["max_connections"] = hook.connections
        info["ip_address"] = "127.0.0.1"
    if hook.last_error:
        info["last_error_date"], info["last_error_message"] = hook.last_error
    if world.updates.asked is not None:
        info["allowed_updates"] = world.updates.asked
    return info
