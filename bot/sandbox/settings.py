"""The methods about the bot itself: who it is, its commands, its descriptions, its menu button."""

import re
from typing import Any

from bot.sandbox.methods import Request, method
from bot.sandbox.refusals import broken

Json = dict[str, Any]

COMMAND = re.compile(r"[a-z0-9_]{1,32}\Z")
LANGUAGE = re.compile(r"[a-z]{2}\Z")
MOST_COMMANDS = 100
"""Bot API: setMyCommands."""


@method("getMe")
def get_me(request: Request) -> Json:
    """The bot as a user, with what only it may know."""
    return request.world.bot | {
        "can_join_groups": True,
        "can_read_all_group_messages": not request.world.privacy_mode,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
        "has_topics_enabled": False,
        "allows_users_to_create_topics": False,
        "can_manage_bots": False,
    }


@method("logOut")
def log_out(_: Request) -> bool:
    """Leave the cloud server; here nothing changes."""
    return True


@method("close")
def close(_: Request) -> bool:
    """Close the bot's instance before it moves; here nothing changes."""
    return True


def language_of(request: Request) -> str:
    """The language the words are for; empty for everybody else."""
    code = str(request.sent.get("language_code", ""))
    if code and not LANGUAGE.match(code):
        raise broken("invalid language_code specified")
    return code


def _place(request: Request) -> tuple[str, str]:
    """Where a list of commands is kept: its scope and its language."""
    scope = request.sent.get("scope", {"type": "default"})
    if isinstance(scope.get("chat_id"), int):
        request.world.seen_room(scope["chat_id"])
    return repr(sorted(scope.items())), language_of(request)


@method("setMyCommands")
def set_my_commands(request: Request) -> bool:
    """The list the app offers at «/»."""
    commands = request.sent["commands"]
    if len(commands) > MOST_COMMANDS:
        raise broken("BOT_COMMANDS_TOO_MUCH")
    kept = []
    for command in commands:
        name = command["command"].removeprefix("/")
        if not COMMAND.match(name):
            raise broken("BOT_COMMAND_INVALID")
        if not command["description"].strip():
            raise broken("BOT_COMMAND_DESCRIPTION_INVALID")
        kept.append({"command": name, "description": command["description"].strip()})
    place = _place(request)
    if kept:
        request.world.commands[place] = kept
    else:
        request.world.commands.pop(place, None)
    return True


@method("getMyCommands")
def get_my_commands(request: Request) -> list[Json]:
    """The list of exactly that scope and language; empty when none was set."""
    return request.world.commands.get(_place(request), [])


@method("deleteMyCommands")
def delete_my_commands(request: Request) -> bool:
    """Forget the list of that scope and language."""
    request.world.commands.pop(_place(request), None)
    return True


def _words(name: str) -> None:
    """Registers the pair of methods that set and give one text about the bot."""
    key = re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()

    def change(request: Request) -> bool:
        place = (key, language_of(request))
        request.world.words[place] = request.sent.get(key, "").strip()
        return True

    def give(request: Request) -> Json:
        words = request.world.words
        return {key: words.get((key, language_of(request))) or words.get((key, ""), "")}

    method(f"setMy{name}")(change)
    method(f"getMy{name}")(give)


for one in ("Name", "Description", "ShortDescription"):
    _words(one)


@method("setChatMenuButton")
def set_chat_menu_button(request: Request) -> bool:
    """What stands beside the text field, for one person or, without a chat, for all."""
    chat_id = request.sent.get("chat_id")
    if chat_id is not None:
        request.world.room_for_bot(chat_id)
    button = request.sent.get("menu_button", {"type": "default"})
    request.world.menu_buttons[chat_id] = button
    return True


@method("getChatMenuButton")
def get_chat_menu_button(request: Request) -> Json:
    """The button of that chat, or the one for all."""
    buttons = request.world.menu_buttons
    chosen: Json = buttons.get(request.sent.get("chat_id")) or buttons.get(None) or {"type": "commands"}
    return chosen
