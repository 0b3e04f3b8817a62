"""One process at a time receives and sends for a database."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import text

from storage.database import Database
from storage.leadership import Leadership


def test_a_second_one_waits_until_the_first_has_left(database: Database) -> None:
    first, second = Leadership(database), Leadership(database)
    assert first.take()
    assert not second.take()
    first.leave()
    assert second.take()
    second.leave()


def test_the_lock_is_held_whichever_thread_asks(database: Database) -> None:
    leader = Leadership(database)
    with ThreadPoolExecutor(1) as one, ThreadPoolExecutor(1) as other:
        assert one.submit(leader.take).result()
        assert other.submit(leader.holds).result()
        other.submit(leader.leave).result()
    follower = Leadership(database)
    assert follower.take()
    follower.leave()


def test_a_lost_connection_has_lost_the_lock(postgres: Database) -> None:
    leader = Leadership(postgres)
    assert leader.take()
    with postgres.transaction() as tx:
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        tx.connection.execute(text(f"{others} AND datname = current_database()"))
    assert not leader.holds()
    leader.leave()
