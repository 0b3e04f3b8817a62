"""Groups bound to a unit: confirmed in private by a lead, followed when they move."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text
from telegram import Update

from bot.channels.telegram import read
from handlers.messages import Left, Migrated, Returned, Started, Typed, What
from storage.database import Database
from storage.models import metadata
from storage.outbox import Settled
from tests.phone import Clock, Phone
from tests.test_inviting import holder, refusals
from tests.test_joining import leaf, worker_of
from tests.test_members import member
from tests.test_transcripts import import_units

OUTBOX = metadata.tables["outbox"]
GROUP = "-500"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def lead(database: Database, clock: Clock) -> Phone:
    import_units(database, clock)
    return holder(database, clock)


def in_group(phone: Phone, what: What, group: str = GROUP) -> list[str]:
    """Something a person does in a group: the keys of what is promised to the group."""
    private, sender = phone.address, phone.event

    def event(*args: object, **kwargs: object) -> object:
        from dataclasses import replace

        return replace(sender(*args, **kwargs), address=group, sender=private)  # type: ignore[arg-type]

    phone.event = event  # type: ignore[method-assign, assignment]
    try:
        phone.does(what, "1", private=False)
    finally:
        phone.event = sender  # type: ignore[method-assign]
    return told(phone.database, group)


def told(database: Database, group: str = GROUP) -> list[str]:
    with database.transaction() as tx:
        rows = select(OUTBOX.c.body).where(OUTBOX.c.address == group, OUTBOX.c.state == "waiting")
        keys = [body["key"] for body in tx.connection.execute(rows.order_by(OUTBOX.c.id)).scalars()]
        tx.connection.execute(text("DELETE FROM outbox WHERE address = :a"), {"a": group})
    return keys


def bound(database: Database, group: str = GROUP) -> int | None:
    with database.reading() as tx:
        found = tx.groups.at("telegram", group)
        return found.unit_id if found else None


def binds(lead: Phone) -> None:
    in_group(lead, Typed("/gannhom"))
    lead.reads()
    lead.taps(leaf(lead.database).name[:20])


@pytest.mark.parametrize(
    "what", [Typed("/gannhom"), Typed("/bind@sangkien_bot"), Started("bind"), Returned()]
)
def test_a_lead_binds_a_group_by_confirming_in_private(what: What, lead: Phone) -> None:
    said = in_group(lead, what)
    assert said == ([] if isinstance(what, Returned) else ["group.confirm"])
    assert bound(lead.database) is None
    lead.reads()
    lead.taps(leaf(lead.database).name[:20])
    assert bound(lead.database) == leaf(lead.database).id
    assert told(lead.database) == ["group.bound_there"]


def test_the_group_hears_the_same_whoever_asks_and_the_refusal_is_private(lead: Phone, clock: Clock) -> None:
    hung = member(lead.database, clock, "200", "Trần Văn Hùng")
    stranger = Phone(lead.database, clock, address="999")
    answers = [in_group(phone, Typed("/gannhom")) for phone in (lead, hung, stranger)]
    assert answers == [["group.confirm"]] * 3
    assert "chưa được giao" in hung.last.text
    assert refusals(lead.database) == ["bind_group"]
    assert stranger.reads() == []


def test_a_forged_button_binds_no_group(lead: Phone, clock: Clock) -> None:
    in_group(lead, Typed("/gannhom"))
    lead.reads()
    action = lead.action(leaf(lead.database).name[:20])
    other = holder(lead.database, clock, address="300")
    other.presses(action)
    lead.presses(action.replace(GROUP, "-777"))
    with lead.database.transaction() as tx:
        tx.roles.revoke(worker_of(lead), clock())
    lead.presses(action)
    assert bound(lead.database) is None
    assert bound(lead.database, "-777") is None
    assert refusals(lead.database) == ["bind_group"] * 3


def test_a_group_that_became_a_supergroup_stays_bound(lead: Phone, clock: Clock) -> None:
    binds(lead)
    in_group(lead, Migrated("-100500"))
    assert bound(lead.database, "-100500") == leaf(lead.database).id
    with lead.database.transaction() as tx:
        moved = Settled(0, "waiting", moved=("telegram", "-100500", "-100600"))
        tx.outbox.settle([moved], clock())
        tx.outbox.settle([moved], clock())
    in_group(lead, Migrated("-100600"), "-100500")
    assert bound(lead.database, "-100600") == leaf(lead.database).id
    assert bound(lead.database, "-100500") is None


def test_a_group_that_put_us_out_is_bound_no_longer(lead: Phone, clock: Clock) -> None:
    binds(lead)
    in_group(lead, Left())
    assert bound(lead.database) is None
    binds(lead)
    with lead.database.transaction() as tx:
        tx.outbox.settle([Settled(0, "failed", gone=("telegram", GROUP))], clock())
    assert bound(lead.database) is None


def test_a_lead_unbinds_from_the_group_or_from_the_unit(lead: Phone) -> None:
    for way in ("group", "unit"):
        binds(lead)
        told(lead.database)
        if way == "group":
            in_group(lead, Typed("/bonhom"))
            lead.reads()
        else:
            lead.types("/donvi")
            lead.taps("👥")
            lead.taps("Nhóm 1")
        lead.taps("Bỏ gắn nhóm")
        assert bound(lead.database) is None
        assert told(lead.database) == ["group.unbound_there"]


def test_a_group_gets_no_content_and_no_name(lead: Phone) -> None:
    binds(lead)
    told(lead.database)
    assert in_group(lead, Typed("Cuộn vải để dưới đất")) == []
    assert in_group(lead, Typed("/sangkien")) == ["group.private"]


def update_of(**message: object) -> Update:
    chat = {"id": -500, "type": "group", "title": "Tổ may"}
    raw = {"update_id": 7, "message": {"message_id": 1, "date": 1_692_000_000, "chat": chat, **message}}
    return Update.de_json(raw, None)


def test_both_service_messages_of_a_migration_are_read() -> None:
    old = read(update_of(migrate_to_chat_id=-100500), "1")
    supergroup = {"id": -100500, "type": "supergroup", "title": "Tổ may"}
    new = read(update_of(chat=supergroup, migrate_from_chat_id=-500), "1")
    assert old is not None and new is not None
    assert (old.address, old.what) == (new.address, new.what) == ("-500", Migrated("-100500"))
