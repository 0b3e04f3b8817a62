"""Keyboards under messages: what Telegram accepts and what the message shows of them."""

import re
from typing import Any

from bot.sandbox.refusals import broken

Json = dict[str, Any]

MOST_BUTTONS = 100
"""Inline buttons under one message."""

ACTIONS = (
    "url",
    "callback_data",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
)
ADDRESS = re.compile(r"(?i:tg://\S+|(?:https?://)?[^\s/?#:@]+\.[^\s/?#:@.]+(?::\d{1,5})?(?:[/?#]\S*)?)\Z")
"""What Telegram opens: http, https or tg; a host without a dot (localhost) is none of its."""

STYLES = {"danger", "success", "primary"}


def checked(markup: Json | None) -> Json | None:
    """The keyboard after Telegram's rules, None when there is none. Raises when a rule is broken."""
    if markup is None:
        return None
    if "inline_keyboard" in markup:
        return _inline(markup["inline_keyboard"])
    if "keyboard" in markup:
        _reply_buttons(markup["keyboard"])
    elif markup.get("remove_keyboard") is False or markup.get("force_reply") is False:
        return None
    return markup


def shown(markup: Json | None) -> Json:
    """What a message tells of its keyboard: only inline ones are part of a message."""
    return {"reply_markup": markup} if markup and "inline_keyboard" in markup else {}


def _inline(rows: list[list[Json]]) -> Json | None:
    """Rows without the empty ones; None when nothing is left, which removes a keyboard."""
    count = 0
    kept = []
    for row in rows:
        for button in row:
            count += 1
            _one_action(button)
        if row:
            kept.append(row)
    if count > MOST_BUTTONS:
        raise broken("reply markup is too long")
    return {"inline_keyboard": kept} if kept else None


def _one_action(button: Json) -> None:
    """Every inline button has words and does exactly one thing."""
    if not button["text"].strip():
        raise broken("can't parse inline keyboard button: Text buttons must not be empty")
    actions = [name for name in ACTIONS if name in button]
    if not actions:
        raise broken("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    if len(actions) > 1:
        raise broken(f"can't parse inline keyboard button: more than one action: {', '.join(actions)}")
    if "url" in button and not ADDRESS.match(button["url"]):
        raise broken(f"inline keyboard button URL '{button['url']}' is invalid: Wrong HTTP URL")
    if button.get("style", "primary") not in STYLES:
        raise broken("can't parse inline keyboard button: invalid button style specified")


def _reply_buttons(rows: list[list[Json]]) -> None:
    """Buttons of a keyboard instead of the phone's own."""
    for button in (button for row in rows for button in row):
        if not button["text"].strip():
            raise broken("can't parse keyboard button: Text buttons must not be empty")
    if not any(rows):
        raise broken("reply markup is empty")
