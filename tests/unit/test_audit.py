"""What staff did cannot be changed unseen, and people are told who looked at their data."""

from __future__ import annotations

import asyncio
import datetime as dt
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import text

from bot.scheduling.housekeeping import clean
from bot.stories.world import World
from storage.migrate import config, upgrade
from storage.queries import audit, people, personal
from storage.tables.staff import Audit
from storage.types import keyring, seal
from storage.work import Database

NOW = dt.datetime(2026, 3, 2, 1, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


@pytest.fixture()
def database(tmp_path: Path) -> Iterator[Database]:
    keyring.use(b"one key of thirty-two bytes here")
    made = Database(f"sqlite:///{tmp_path / 'a.db'}", durable=False)
    upgrade(made)
    yield made
    made.close()


def row(number: int) -> Audit:
    return Audit(at=NOW + number * DAY, person_id=1, command="统计", arguments=f"第{number}天", result="done")


def fill(database: Database, many: int = 5) -> None:
    for number in range(many):
        with database.transaction() as work:
            audit.add(work, row(number))


def broken(database: Database) -> tuple[int, int | None] | None:
    with database.reading() as work:
        return audit.broken_at(work)


def tamper(database: Database, statement: str, **values: object) -> None:
    with database.transaction() as work:
        work.connection.execute(text(statement), values)


def test_a_chain_that_nobody_touched_is_whole(database: Database) -> None:
    assert broken(database) is None
    fill(database)
    assert broken(database) is None


@pytest.mark.parametrize(
    "change",
    [
        "at = at + 1", "person_id = 2", "room_id = 3", "command = '画像'", "result = 'refused'", "about = 1",
        "hash = (SELECT hash FROM audit WHERE id = 2)", "arguments = x'00'",
        "arguments = (SELECT arguments FROM audit WHERE id = 2)",
    ],
)  # fmt: skip
def test_a_changed_row_is_named(database: Database, change: str) -> None:
    fill(database)
    tamper(database, f"UPDATE audit SET {change} WHERE id = 3")
    assert broken(database) == (3, 3)


def test_rows_taken_out_put_in_or_swapped_are_noticed(database: Database) -> None:
    fill(database)
    tamper(database, "INSERT INTO audit SELECT 6, at, person_id, room_id, command, arguments, result, about, hash FROM audit WHERE id = 5")  # fmt: skip
    assert broken(database) == (6, 6)
    tamper(database, "DELETE FROM audit WHERE id = 6")
    assert broken(database) is None
    tamper(database, "DELETE FROM audit WHERE id = 5")
    assert broken(database) == (5, None), "the newest is missed"
    tamper(database, "DELETE FROM audit WHERE id = 1")
    assert broken(database) == (1, 2), "and the oldest"
    tamper(database, "DELETE FROM setting WHERE name = 'audit_chain'")
    assert broken(database) == (1, None)


def test_what_follows_a_change_is_written_on_and_the_change_stays_visible(database: Database) -> None:
    fill(database)
    tamper(database, "UPDATE audit SET arguments = :new WHERE id = 3", new=seal(b"x"))
    fill(database, 2)
    assert broken(database) == (3, 3)


def test_old_rows_go_and_the_rest_can_still_be_verified(database: Database) -> None:
    fill(database)
    with database.transaction() as work:
        assert audit.forget_before(work, NOW) == 0
        assert audit.forget_before(work, NOW + 2 * DAY) == 2
        assert [one.id for one in audit.newest(work, 9)] == [5, 4, 3]
    assert broken(database) is None
    tamper(database, "DELETE FROM audit WHERE id = 3")
    assert broken(database) == (1, 4)
    with database.transaction() as work:
        assert audit.forget_before(work, NOW + 99 * DAY) == 2
    fill(database, 1)
    assert broken(database) is None


def test_an_undone_command_leaves_no_gap(database: Database) -> None:
    with database.transaction() as work:
        audit.add(work, row(1))
        with pytest.raises(ZeroDivisionError), work.savepoint() as inner:
            audit.add(inner, row(2))
            raise ZeroDivisionError
        audit.add(work, row(3))
    with database.reading() as work:
        assert [one.arguments for one in audit.newest(work, 9)] == ["第3天", "第1天"]
    assert broken(database) is None


def test_several_writers_write_one_chain(database: Database, tmp_path: Path) -> None:
    def write() -> None:
        own = Database(f"sqlite:///{tmp_path / 'a.db'}", durable=False)
        fill(own, 20)
        own.close()

    threads = [threading.Thread(target=write) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    with database.reading() as work:
        assert audit.count(work) == 80
    assert broken(database) is None


def test_an_existing_database_gets_its_chain(tmp_path: Path) -> None:
    keyring.use(b"one key of thirty-two bytes here")
    database = Database(f"sqlite:///{tmp_path / 'old.db'}", durable=False)
    command.upgrade(config(database), "0005")
    insert = "INSERT INTO audit (at, person_id, command, arguments, result) VALUES (1000, 1, '统计', :said, 'done')"
    for said in ("今天", "本周"):
        tamper(database, insert, said=seal(said.encode()))
    person = (
        "INSERT INTO person (channel, platform_id, name, first_seen, last_seen, zone, consented, unsubscribed, locked)"
        " VALUES ('memory', :id, '金丝雀', 0, 0, 'Asia/Shanghai', 0, 0, 0)"
    )
    for number in range(3):
        tamper(database, person, id=f"wx-{number}")
    tamper(database, "DELETE FROM person WHERE id = 3")
    upgrade(database)
    with database.transaction() as work:
        assert [one.name for one in people.everybody(work)] == ["金丝雀"] * 2, "and names are sealed"
        assert people.meet(work, "memory", "wx-9", "李哥", NOW).id == 4, "no id is given twice"
    assert broken(database) is None
    fill(database, 1)
    assert broken(database) is None
    tamper(database, "UPDATE audit SET person_id = 9 WHERE id = 1")
    assert broken(database) == (1, 1)
    database.close()
    assert "金丝雀".encode() not in (tmp_path / "old.db").read_bytes()


# --- who looked at whom --------------------------------------------------------------------------------------------


def test_a_look_is_written_down_shown_to_managers_and_told_to_the_person() -> None:
    async def go() -> None:
        world = World(NOW, {"张姐": {}, "李哥": {}, "小林": {"role": ["owner", "manager"]}, "陈医生": {"role": "clinician"}}, {})  # fmt: skip
        await world.start()
        await world.say("张姐", "转人工 我想预约复查")
        assert "还没有工作人员查看过" in (await world.say("小林", "#日志 张姐"))[0].delivery.text
        await world.say("陈医生", "#画像 张姐")
        await world.say("陈医生", "#案例 1")
        await world.say("小林", "#画像 李哥")
        assert "#画像（看了 张姐）" in (await world.say("小林", "#日志"))[0].delivery.text
        told = (await world.say("小林", "#日志 张姐"))[0].delivery.text
        assert "陈医生 #画像" in told and "陈医生 #案例" in told and "小林 #画像" not in told
        with world.app.database.reading() as work:
            person = people.by_platform(work, "memory", "person-张姐")
            assert person is not None
            looks = personal.export(work, person)["looked_at"]
            assert [(one["by"], one["command"]) for one in looks] == [("陈医生", "画像"), ("陈医生", "案例")]
            assert audit.broken_at(work) is None
        await world.close()

    asyncio.run(go())


def test_the_daily_cleaning_lets_old_rows_go() -> None:
    async def go() -> None:
        world = World(NOW, {"张姐": {}}, {})
        await world.start()
        with world.app.database.transaction() as work:
            audit.add(work, row(-1096))
            audit.add(work, row(-1000))
        clean(world.app.desk)
        with world.app.database.reading() as work:
            assert audit.count(work) == 1 and audit.broken_at(work) is None
        await world.close()

    asyncio.run(go())
