"""What a handler is given: one open transaction and a word for each thing that is remembered."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property

from sqlalchemy import Connection

from storage.aims import Aims
from storage.attachments import Attachments
from storage.audit import AuditTrail
from storage.consents import Consents
from storage.dead_letters import DeadLetters
from storage.disclosures import Disclosures
from storage.drafts import Drafts
from storage.entered import Entered
from storage.erasing import Erasing
from storage.figure_lists import FigureLists
from storage.groups import Groups
from storage.heard import HeardEvents
from storage.initiatives import Initiatives
from storage.invitations import Invitations
from storage.likeness import Likeness
from storage.members import Members
from storage.outbox import OutboxRows
from storage.own_data import OwnData
from storage.people import People
from storage.petitions import Petitions
from storage.prepared import executed
from storage.privacy_requests import PrivacyRequests
from storage.reminder_choices import ReminderChoices
from storage.reminder_log import ReminderLog
from storage.reminders import Reminders
from storage.retention import Retention
from storage.review_queue import ReviewQueue
from storage.reviews import Reviews
from storage.roles import Roles
from storage.slow_reviews import SlowReviews
from storage.tallies import Tallies
from storage.unasked import Unasked
from storage.unit_groups import UnitGroups
from storage.unit_index import UnitIndex, UnitMemory
from storage.unit_targets import Targets
from storage.unit_tree import UnitTree
from storage.units import Units
from storage.vault import Vault


class Transaction:
    """An open transaction; it ends where `Database.transaction` ends, never here."""

    def __init__(self, connection: Connection, vault: Vault, units: UnitMemory) -> None:
        self.connection = connection
        self.vault = vault
        self._unit_memory = units
        # Set by whatever turns clear text into a secret: no trace of the clear text is to stay behind.
        self.scrubs = False

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """What happens inside is undone when it raises; what happened before stays."""
        # Plain statements: the ordinary way costs more than a whole message's reading and writing.
        mark, left = self.audit.mark, self.outbox.mark
        executed(self.connection, "SAVEPOINT event")
        try:
            yield
        except BaseException:
            self.audit.forget_since(mark)
            self.outbox.forget_since(left)
            if not self.connection.invalidated:
                executed(self.connection, "ROLLBACK TO SAVEPOINT event")
                executed(self.connection, "RELEASE SAVEPOINT event")
            raise
        executed(self.connection, "RELEASE SAVEPOINT event")

    def finish(self) -> None:
        """What is written last, just before the commit: the audit's entries, in one go."""
        self.audit.write()

    @cached_property
    def aims(self) -> Aims:
        return Aims(self.connection)

    @cached_property
    def attachments(self) -> Attachments:
        return Attachments(self.connection, self.vault)

    @cached_property
    def audit(self) -> AuditTrail:
        return AuditTrail(self.connection)

    @cached_property
    def consents(self) -> Consents:
        return Consents(self.connection)

    @cached_property
    def dead_letters(self) -> DeadLetters:
        return DeadLetters(self.connection)

    @cached_property
    def disclosures(self) -> Disclosures:
        return Disclosures(self.connection)

    @cached_property
    def drafts(self) -> Drafts:
        return Drafts(self.connection, self.vault)

    @cached_property
    def figure_lists(self) -> FigureLists:
        return FigureLists(self.connection)

    @cached_property
    def groups(self) -> Groups:
        return Groups(self.connection)

    @cached_property
    def entered(self) -> Entered:
        return Entered(self.connection)

    @cached_property
    def erasing(self) -> Erasing:
        return Erasing(self.connection, self.vault)

    @cached_property
    def heard(self) -> HeardEvents:
        return HeardEvents(self.connection)

    @cached_property
    def initiatives(self) -> Initiatives:
        return Initiatives(self.connection, self.vault)

    @cached_property
    def invitations(self) -> Invitations:
        return Invitations(self.connection)

    @cached_property
    def likeness(self) -> Likeness:
        return Likeness(self.connection)

    @cached_property
    def members(self) -> Members:
        return Members(self.connection)

    @cached_property
    def outbox(self) -> OutboxRows:
        return OutboxRows(self.connection, self.vault)

    @cached_property
    def own_data(self) -> OwnData:
        return OwnData(self.connection, self.vault)

    @cached_property
    def people(self) -> People:
        return People(self.connection, self.vault)

    @cached_property
    def petitions(self) -> Petitions:
        return Petitions(self.connection)

    @cached_property
    def privacy_requests(self) -> PrivacyRequests:
        return PrivacyRequests(self.connection)

    @cached_property
    def reminder_choices(self) -> ReminderChoices:
        return ReminderChoices(self.connection)

    @cached_property
    def reminder_log(self) -> ReminderLog:
        return ReminderLog(self.connection, self.vault)

    @cached_property
    def reminders(self) -> Reminders:
        return Reminders(self.connection, self.vault)

    @cached_property
    def retention(self) -> Retention:
        return Retention(self.connection)

    @cached_property
    def review_queue(self) -> ReviewQueue:
        return ReviewQueue(self.connection)

    @cached_property
    def reviews(self) -> Reviews:
        return Reviews(self.connection)

    @cached_property
    def roles(self) -> Roles:
        return Roles(self.connection)

    @cached_property
    def slow_reviews(self) -> SlowReviews:
        return SlowReviews(self.connection)

    @cached_property
    def targets(self) -> Targets:
        return Targets(self.connection)

    @cached_property
    def tree(self) -> UnitTree:
        return UnitTree(self.connection)

    @cached_property
    def unasked(self) -> Unasked:
        return Unasked(self.connection, self.vault)

    @property
    def unit_index(self) -> UnitIndex:
        """What units are found by, as the list is now; each time it is asked whether it still is."""
        return self._unit_memory.index(self.connection)

    @cached_property
    def unit_groups(self) -> UnitGroups:
        return UnitGroups(self.connection)

    @cached_property
    def tallies(self) -> Tallies:
        return Tallies(self.connection)

    @cached_property
    def units(self) -> Units:
        return Units(self.connection)
