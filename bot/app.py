"""The composition root: the whole program wired by hand."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot import clock
from bot.alarms import Alarms
from bot.catching_up import catch_up, settle_figures
from bot.channels import CallFailed, Channel, NotOurs
from bot.channels.telegram_calls import TelegramChannel
from bot.config import Config
from bot.database_faults import short_name
from bot.delivery import Delivery
from bot.fetching import Fetching
from bot.health import Health, Pulse
from bot.intake import Intake, Poller
from bot.invitations import BOT_NAME, new_code, signing_key
from bot.keys import settle_keys, vault_of
from bot.ledger import Ledger
from bot.pacing import Pacer
from bot.papers import Papers, ahead, painters
from bot.parcels import Parcels
from bot.probing import strange_targets
from bot.schedule import Schedule
from bot.speech import Speech
from bot.stopping import to_the_end, together, until_stopped
from bot.texts import Texts, load
from bot.tidying import Tidying, keeping_of
from bot.webhook import Gathering, WebhookServer
from handlers.commands import COMMANDS, SHOWN
from handlers.house import House
from storage.database import Database
from storage.faults import passes
from storage.leadership import Leadership
from storage.outbox import Settled
from storage.upgrade import upgrade_database

if TYPE_CHECKING:
    from aiohttp.web import AppRunner

log = structlog.get_logger()
T = TypeVar("T")
STANDBY_SECONDS = 1.0
LONGEST_PAUSE = 4.0  # between calls to a messenger that is away while we start: people are waiting
# A stop is to be over in five seconds (bot/stopping.py): what is under way may end, and is written down.
ENDING_SECONDS = 3.5
LET_GO_SECONDS = 1.0
LOOK_SECONDS = 3.0  # between looks at whether we still lead
# Short, so that a stop need not wait long for a locked database; what failed is tried again anyway.
DATABASE_SECONDS = 1.5


class LostLeadership(Exception):
    """The database has forgotten our lock: another process may lead by now."""


def command_menus(texts: Texts) -> dict[str, list[tuple[str, str]]]:
    """The menu of commands in each language; Vietnamese for everybody whose phone speaks another."""

    def menu(language: str, name: int) -> list[tuple[str, str]]:
        return [(COMMANDS[key][name], texts.get(language, f"commands.{key}")) for key in SHOWN]

    return {"": menu("vi", 0), "vi": menu("vi", 0), "en": menu("en", 1)}


class App:
    """One running bot."""

    def __init__(self, config: Config, *, now: Callable[[], datetime] = clock.now) -> None:
        self._config = config
        programme = config.programme_facts()
        self._texts = load()
        self._speech = Speech(self._texts, programme.zone)
        self._database = Database(config.database.url, patience=DATABASE_SECONDS, vault=vault_of(config))
        self._channel = TelegramChannel(config.require_token(), config.telegram.api_url)
        self._leadership = Leadership(self._database)
        self._at_rest = True
        self._unsettled: list[Settled] = []
        self._now = now
        self._programme = programme

    async def run(self) -> None:
        """Run until told to stop.

        Raises NotOurs when the token is refused, CannotListen for a taken port, BadKeys for lost keys.
        """
        try:
            await until_stopped(self._working())
        finally:
            await self._channel.close()
            if self._at_rest:
                # Otherwise a thread is still at work with the database, and ends with the process.
                await asyncio.wait([asyncio.ensure_future(to_the_end(self._let_go))], timeout=LET_GO_SECONDS)
            log.info("stopped")

    def _let_go(self) -> None:
        """Let another process lead. A server that answers nothing is not waited for: it notices by itself."""
        self._leadership.leave()
        self._database.close()

    async def _working(self) -> None:
        """All there is to do; no thread of ours uses the database any more when this has ended."""
        self._at_rest = False
        try:
            await self._upgraded()
        finally:
            self._at_rest = True

    async def _upgraded(self) -> None:
        await self._patiently(upgrade_database, self._database)
        while True:
            try:
                return await self._leading()
            except LostLeadership:
                log.error("leadership_lost")
            except SQLAlchemyError as failed:
                # Away again before work had begun; what is wrong for good ends the program with a sentence.
                if not passes(failed):
                    raise
                log.warning("database_away", reason=short_name(failed), pause=STANDBY_SECONDS)
                await to_the_end(self._leadership.leave)
                await asyncio.sleep(STANDBY_SECONDS)

    async def _patiently(self, work: Callable[..., T], *given: object) -> T:
        """Do what the start needs, waiting for a database that is away or locked."""
        while True:
            try:
                return await to_the_end(work, *given)
            except SQLAlchemyError as failed:
                if not passes(failed):
                    raise
                log.warning("database_away", reason=short_name(failed), pause=STANDBY_SECONDS)
                await asyncio.sleep(STANDBY_SECONDS)

    async def _leading(self) -> None:
        """Wait until this process leads and the messenger answers; then receive and send."""
        await self._leads()
        bot = await self._opened()
        house = await to_the_end(self._house)
        ledger = self._opened_ledger(house)
        try:
            await self._introduced(ledger)
            await self._serving(bot, house, ledger)
        finally:
            await to_the_end(ledger.close)
            self._unsettled = ledger.leave()

    async def _serving(self, bot: str, house: House, ledger: Ledger) -> None:
        """Receive and send until told to stop, or until a part of it fails."""
        channels: dict[str, Channel] = {self._channel.name: self._channel}
        folder = self._config.files.folder
        papers = Papers(painters(self._speech, self._database, folder, house.programme), ahead())
        parcels = Parcels(folder, papers, self._database.vault)
        delivery = Delivery(ledger, channels, self._speech, self._now, Pacer(clock.monotonic), parcels)
        fetching = self._fetching(ledger, channels, delivery)
        intake = Intake(ledger, delivery, fetching.wake)
        pulse, settings = Pulse(clock.monotonic), self._config.telegram
        health = Health(ledger, pulse, folder, self._now, polling=settings.mode == "polling")
        alarms = Alarms(health, ledger, delivery, self._now, self._config.alarms.chats)
        tidying = Tidying(ledger, keeping_of(self._config), house, self._now, delivery.wake)
        receiver = self._receiver(bot, intake, pulse)
        runner = await self._listening(health, receiver)
        log.info("running", bot=bot, mode=settings.mode)
        # What is loaded now stays for good; looking through it again and again is a tenth of all the work.
        gc.freeze()
        gc.set_threshold(10_000, 20, 50)
        try:
            await together(
                receiver.run(),
                delivery.run(),
                fetching.run(),
                alarms.run(),
                catch_up(ledger),
                tidying.run(),
                Schedule(ledger, house, self._now, delivery.wake, health.hears).run(),
                self._offer_commands(),
                self._keeps_leading(),
            )
        finally:
            until = asyncio.get_running_loop().time() + ENDING_SECONDS
            if runner is not None:
                await runner.cleanup()
            with suppress(SQLAlchemyError):
                await delivery.close(until)
            await intake.close(until)
            papers.close()
            log.info("counted", events=ledger.events, commits=ledger.commits, sent=delivery.sent)

    def _opened_ledger(self, house: House) -> Ledger:
        """A database thread; what was sent before the database was away is handed to it."""
        ledger = Ledger(self._database, house, self._now)
        for settled in self._unsettled:
            ledger.settle_later(settled)
        return ledger

    def _house(self) -> House:
        key, said = signing_key(self._database), self._config
        contact, keep = said.programme.contact, said.privacy.keep_recognised
        link, quiet = self._channel.link, said.quiet_hours()
        return House(self._programme, self._speech, contact, link, key, new_code, keep, quiet)

    def _fetching(self, ledger: Ledger, channels: dict[str, Channel], delivery: Delivery) -> Fetching:
        folder, vault = self._config.files.folder, self._database.vault
        return Fetching(ledger, channels, folder, vault, self._now, delivery.wake)

    async def _introduced(self, ledger: Ledger) -> None:
        """Write down who we are; a target of a unit that is not there is told, and the rest works."""
        await ledger.within(lambda tx: tx.heard.settle_setting(BOT_NAME, self._channel.username))
        await ledger.within(lambda tx: settle_figures(tx, self._programme, self._now()))
        for phase, unit in await ledger.within(lambda tx: strange_targets(tx, self._config)):
            log.warning("target_of_unknown_unit", phase=phase, unit=unit)

    def _receiver(self, bot: str, intake: Intake, pulse: Pulse) -> Poller | WebhookServer:
        """What brings the updates, as configured."""
        settings = self._config.telegram
        if settings.mode == "webhook":
            gathering = Gathering(self._channel, intake)
            return WebhookServer(self._channel, bot, gathering, settings.webhook)
        return Poller(self._channel, bot, intake, pulse)

    async def _listening(self, health: Health, receiver: Poller | WebhookServer) -> AppRunner | None:
        """What listens at the configured address; None when we listen at none."""
        webhook = receiver if isinstance(receiver, WebhookServer) else None
        listen = self._config.telegram.webhook.listen if webhook else self._config.health.listen
        if not listen:
            return None
        # Here, because a bot that polls and is watched by nobody needs no web server: 2 MB.
        from bot.listening import listening

        return await listening(listen, health, webhook)

    async def _leads(self) -> None:
        """Wait until no other process receives and sends for this database; see to the keys."""
        while not await self._taken():  # noqa: ASYNC110 - another process tells us nothing
            await asyncio.sleep(STANDBY_SECONDS)
        if await self._patiently(settle_keys, self._config, self._database):
            log.warning("keys_made", file=str(self._config.secrets.keys), advice="keep a copy elsewhere")

    async def _taken(self) -> bool:
        try:
            taken = await to_the_end(self._leadership.take)
        except SQLAlchemyError as failed:
            await to_the_end(self._leadership.leave)
            if not passes(failed):
                raise
            log.warning("database_away", reason=short_name(failed), pause=STANDBY_SECONDS)
            return False
        if not taken:
            log.info("another_process_leads", pause=STANDBY_SECONDS)
        return taken

    async def _keeps_leading(self) -> None:
        """A connection that was lost has lost the lock with it: stop working, and begin anew."""
        while await to_the_end(self._leadership.holds):  # noqa: ASYNC110 - nor does a lost lock
            await asyncio.sleep(LOOK_SECONDS)
        await to_the_end(self._leadership.leave)
        raise LostLeadership

    async def _opened(self) -> str:
        """Wait for the messenger to answer; only a refused token is final."""
        pause = 0.5
        while True:
            try:
                return await self._channel.open()
            except NotOurs:
                raise
            except CallFailed as failed:
                log.warning("messenger_away", reason=type(failed).__name__, pause=pause)
                await asyncio.sleep(pause)
                pause = min(LONGEST_PAUSE, pause * 2)

    async def _offer_commands(self) -> None:
        try:
            await self._channel.offer_commands(command_menus(self._texts))
        except CallFailed as failed:
            log.warning("commands_not_set", reason=type(failed).__name__)
        await asyncio.Event().wait()
