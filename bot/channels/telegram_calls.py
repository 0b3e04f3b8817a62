"""The calls to Telegram through python-telegram-bot's Bot: receive, send, fetch; every failure named."""

from __future__ import annotations

from typing import Any

from telegram import Bot, InputFile, Update
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    EndPointNotFound,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from bot.channels import (
    CallFailed,
    Elsewhere,
    Moved,
    NotOurs,
    NotSent,
    Parcel,
    Rejected,
    Slower,
    Unknown,
    Unreachable,
)
from bot.channels.telegram import LONGEST_TEXT, NAME, file_in, write, write_file
from bot.channels.telegram_request import (
    ANSWER_SECONDS,
    AiohttpRequest,
    Answered,
    NeverWritten,
    PlainData,
    ServerFailed,
)
from bot.speech import Spoken

POLL_SECONDS = 25
BATCH = 100  # as many as Telegram gives: each batch costs a millisecond besides what its messages cost
HTTP_DONE = 200
ALLOWED = ["message", "edited_message", "callback_query", "my_chat_member"]
_GONE = ("chat not found", "user is deactivated", "bot was kicked", "PEER_ID_INVALID")
_CANNOT_EDIT = ("message to edit not found", "message can't be edited", "MESSAGE_ID_INVALID")


class PlainBot(Bot):
    """A Bot that can also hand over an answer as it came: one update at a time may be malformed."""

    async def call(self, method: str, params: dict[str, Any]) -> Any:
        """Call a Bot API method, with a file or none; the plain answer. Raises TelegramError."""
        return await self._post(method, params)

    async def tell(self, method: str, params: dict[str, Any]) -> Any:
        """The same for parameters that are plain values already: nothing in them is looked for or turned."""
        url, given = f"{self.base_url}/{method}", PlainData(params)
        status, payload = await self.request.do_request(url, "POST", given)
        if status == HTTP_DONE:
            return AiohttpRequest.parse_json_payload(payload)["result"]
        # What a refusal means python-telegram-bot knows: it is given the answer as it came.
        return await Answered(status, payload).post(url, given)


class TelegramChannel:
    """Telegram, for one bot token and one server that speaks the Bot API."""

    name = NAME

    def __init__(self, token: str, api_url: str, *, seconds: float = ANSWER_SECONDS) -> None:
        """`seconds`: how long an answer is waited for."""
        base = api_url.rstrip("/")
        self._bot = PlainBot(
            token,
            base_url=f"{base}/bot",
            base_file_url=f"{base}/file/bot",
            request=AiohttpRequest(seconds=seconds),
            get_updates_request=AiohttpRequest(connections=1, seconds=POLL_SECONDS + 10),
        )

    async def open(self) -> str:
        """Connect and learn who we are: the bot's number. Raises CallFailed."""
        with _NAMED:
            await self._bot.initialize()
        return str(self._bot.id)

    async def close(self) -> None:
        """Let go of every connection."""
        await self._bot.shutdown()

    @property
    def username(self) -> str:
        """The bot's name, once connected."""
        return str(self._bot.username)

    @property
    def link(self) -> str:
        """The address at which a person opens the private talk."""
        return f"https://t.me/{self._bot.username}"

    async def updates(self, offset: int | None, seconds: int = POLL_SECONDS) -> list[dict[str, Any]]:
        """Raw updates from `offset` on; asking confirms all before it. Raises CallFailed."""
        params: dict[str, Any] = {"timeout": seconds, "limit": BATCH, "allowed_updates": ALLOWED}
        if offset is not None:
            params["offset"] = offset
        with _NAMED:
            answer = await self._bot.call("getUpdates", params)
        if not isinstance(answer, list):
            raise NotSent("getUpdates: no list")
        # What has no number can neither be heard once nor confirmed.
        sound = [raw for raw in answer if isinstance(raw, dict) and isinstance(raw.get("update_id"), int)]
        if answer and not sound:
            raise NotSent("getUpdates: no updates")
        return sound

    def parse(self, raw: dict[str, Any]) -> Update:
        """One update as python-telegram-bot's type; raises whatever a malformed one raises."""
        return Update.de_json(raw, self._bot)

    async def forget_webhook(self) -> None:
        """Polling and a webhook exclude each other. What waits is kept. Raises CallFailed."""
        with _NAMED:
            await self._bot.delete_webhook(drop_pending_updates=False)

    async def set_webhook(self, url: str, secret: str) -> None:
        """Have updates brought to `url` with `secret`. What waits is kept. Raises CallFailed."""
        with _NAMED:
            await self._bot.set_webhook(
                url,
                allowed_updates=ALLOWED,
                secret_token=secret,
                max_connections=100,
                drop_pending_updates=False,
            )

    async def offer_commands(self, commands: dict[str, list[tuple[str, str]]]) -> None:
        """Set the menu of commands for each language; the key "" is everybody else's. Raises CallFailed."""
        for language, menu in commands.items():
            with _NAMED:
                await self._bot.set_my_commands(menu, language_code=language or None)

    def parts(self, spoken: Spoken) -> int:
        # Two units a letter at the most, so a short text is one message without writing it to see.
        return 1 if 0 < len(spoken.text) <= LONGEST_TEXT // 2 else len(write("0", spoken))

    async def send(self, address: str, spoken: Spoken, part: int) -> str:
        method, params = write(address, spoken)[part]
        with _NAMED:
            try:
                answer = await self._bot.tell(method, params)
            except BadRequest as error:
                if method != "editMessageText":
                    raise
                if "message is not modified" in str(error):
                    return str(params["message_id"])
                if not any(reason in str(error) for reason in _CANNOT_EDIT):
                    raise
                params.pop("message_id")
                answer = await self._bot.tell("sendMessage", params)
        return str(answer["message_id"])

    async def send_file(self, address: str, parcel: Parcel) -> tuple[str, str]:
        method, params = write_file(address, parcel)
        file = parcel.reference or InputFile(parcel.content, filename=parcel.name)
        with _NAMED:
            answer = await self._bot.call(method, {**params, parcel.kind: file})
        return str(answer["message_id"]), file_in(answer)

    async def answer(self, query: str, toast: str) -> None:
        params = {"callback_query_id": query, **({"text": toast[:200]} if toast else {})}
        with _NAMED:
            await self._bot.tell("answerCallbackQuery", params)

    async def fetch(self, reference: str, most: int) -> bytes:
        with _NAMED:
            file = await self._bot.get_file(reference)
            if file.file_size is not None and file.file_size > most:
                raise Rejected("file is too big")
            content = bytes(await file.download_as_bytearray())
        if len(content) > most:
            raise Rejected("file is too big")
        return content


class _Named:
    """Gives an error of python-telegram-bot its consequence."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, _: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, TelegramError):
            raise _consequence(error) from None


_NAMED = _Named()


def _consequence(error: TelegramError) -> CallFailed:
    """Their own classes overlap: the order matters."""
    said = str(error)
    match error:
        case RetryAfter(retry_after=seconds):
            return Slower(seconds if isinstance(seconds, int | float) else seconds.total_seconds())
        case Forbidden():
            return Unreachable(said)
        case ChatMigrated(new_chat_id=address):
            return Moved(str(address))
        case InvalidToken() | EndPointNotFound():
            return _token_or_method(error)
        case Conflict():
            return Elsewhere(said)
        case BadRequest():
            gone = any(reason.lower() in said.lower() for reason in _GONE)
            return (Unreachable if gone else Rejected)(said)
        case NeverWritten() | ServerFailed():
            return NotSent(said)
        case NetworkError():  # among them TimedOut
            return Unknown(said)
    return Rejected(said)


def _token_or_method(error: TelegramError) -> CallFailed:
    """Only a Bot API's own answer is final: a page of something in between says nothing of the token."""
    if "Parsing the server response" in str(error):
        return NotSent("no Bot API answered")
    if "Unauthorized" in str(error) or isinstance(error, InvalidToken):
        return NotOurs("the token was refused")
    return NotOurs("the server knows neither this token nor this method")
