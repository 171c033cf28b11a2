"""What people write is nowhere in clear, and only the right key opens it."""

from __future__ import annotations

import asyncio
import base64
import datetime as dt
import json
import re
import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from bot import wiring
from bot.config import load as load_config
from bot.stories import world as stories
from bot.stories.world import World
from handlers import choice
from storage import backup
from storage.keys import load_keys
from storage.migrate import upgrade
from storage.queries import audit, inbox, people, profile, staff
from storage.tables.messaging import Inbox
from storage.tables.people import Fact
from storage.types import KeyMissing, keyring, seal, unseal
from storage.work import Database

NOW = dt.datetime(2026, 3, 2, 1, 0, tzinfo=dt.UTC)
KEY, OTHER_KEY = b"one key of thirty-two bytes here", b"another key of thirty-two bytes."


@pytest.fixture()
def database(tmp_path: Path) -> Iterator[Database]:
    keyring.use(KEY)
    made = Database(f"sqlite:///{tmp_path / 'test.db'}")
    upgrade(made)
    yield made
    made.close()


def arrived(message_id: str, channel: str = "memory") -> dict[str, Any]:
    return {"channel": channel, "message_id": message_id, "received_at": NOW, "body": {"text": "x"}}


# --- words -------------------------------------------------------------------------------------------------------

CANARIES = ("金丝雀", "jinsique", "137/91", "13912345678")
SAID = (
    ("张姐", "打卡 血压 137/91 金丝雀", None),
    ("张姐", "每天早上8点提醒我喂金丝雀jinsique", None),
    ("张姐", "金丝雀感冒了怎么办，我的电话13912345678", None),
    ("张姐", "我胸口疼得厉害，喘不上气，金丝雀", None),
    ("张姐", "@杏林 金丝雀能吃西瓜吗", "糖尿病新手群"),
    ("张姐", "群里说说金丝雀 13912345678", "糖尿病新手群"),
    ("李哥", "血压 137/91，金丝雀", None),
    ("小林", "#回复 1 给金丝雀多喝水", None),
    ("小林", "#群发 糖尿病新手群 明晚讲金丝雀", None),
    ("小林", "#标签 金丝雀", None),
    ("小林", "金丝雀jinsique", None),
)


def leaks(folder: Path) -> list[str]:
    """file: canary, in every spelling a database or a log could hold it in."""
    found = []
    for path in sorted(one for one in folder.iterdir() if one.is_file()):
        data = path.read_bytes()
        for canary in CANARIES:
            spellings = {canary.encode(code) for code in ("utf-8", "utf-16-le", "gb18030")}
            spellings |= {json.dumps(canary).strip('"').encode(), canary.encode().hex().encode()}
            found += [f"{path.name}: {canary}" for one in spellings if one in data]
    return found


def world_in(folder: Path) -> World:
    return World(
        NOW, {"张姐": {}, "李哥": {}, "小林": {"role": ["owner", "manager"]}},
        {"糖尿病新手群": ["张姐", "李哥", "小林"]}, folder=folder,
    )  # fmt: skip


def test_words_that_were_written_are_nowhere_in_clear(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In database, write-ahead log, journal and log lines; while running, after answers and reminders, after the end."""

    async def go() -> None:
        world = world_in(tmp_path)
        await world.start()
        await world.give_consent(["张姐"])
        for who, words, room in SAID:
            sent = await world.say(who, words, room)
            assert leaks(tmp_path) == [], words
        assert "没看明白" in sent[0].delivery.text
        rang = await world.wait(dt.timedelta(days=1))
        assert any("喂金丝雀" in one.delivery.text for one in rang), "the reminder was read with the key"
        monkeypatch.setattr(choice.questions, "open_one", lambda *_: 1 / 0)
        await world.say("张姐", "金丝雀的第二个问题", None)
        assert leaks(tmp_path) == []
        await world.close()
        assert leaks(tmp_path) == []

    with capture_logs() as lines:
        asyncio.run(go())
    assert len(lines) > len(SAID) and not re.search("|".join(CANARIES), repr(lines))


def test_names_captions_and_readings_are_nowhere_in_clear_and_not_in_a_backup(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = stories.contact
    monkeypatch.setattr(stories, "contact", lambda name: replace(known(name), name=f"{name}金丝雀"))

    async def go() -> None:
        world = world_in(tmp_path)
        await world.start()
        await world.give_consent(["张姐"])
        await world.say("张姐", "金丝雀的化验单 血压 137/91", None, stories.TINY_PNG)
        await world.say("张姐", "打卡 血压 137/91")
        await world.say("李哥", "@杏林 金丝雀的照片能不能看看", "糖尿病新手群", stories.TINY_PNG)
        for words in ("#画像 金丝雀", "#案例 1", "#日志 张姐金丝雀", "#成员 糖尿病新手群"):
            told = await world.say("小林", words)
            assert leaks(tmp_path) == [], words
        assert "张姐金丝雀" in told[0].delivery.text, "the name is kept and known"
        (source,) = tmp_path.glob("*.db")
        backup.copy(source, tmp_path / "copy.db", lambda done, total: None)
        backup.pack(tmp_path / "copy.db", tmp_path / "backup", NOW.isoformat(), lambda done, total: None)
        assert leaks(tmp_path) == []
        await world.close()

    with capture_logs() as lines:
        asyncio.run(go())
    assert lines and not re.search("|".join(CANARIES), repr(lines))
    assert leaks(tmp_path) == []


def test_a_mistyped_staff_command_may_be_a_sentence_and_is_sealed_too(tmp_path: Path) -> None:
    async def go() -> None:
        world = world_in(tmp_path)
        await world.start()
        for words in ("#回复金丝雀的主人多喝水", "#张姐的金丝雀血糖高", "/金丝雀"):
            await world.say("小林", words)
        with world.app.database.reading() as work:
            assert "金丝雀" in "".join(row.command + row.arguments for row in audit.newest(work, 9)), "not forgotten"
        assert leaks(tmp_path) == []
        await world.close()

    with capture_logs() as lines:
        asyncio.run(go())
    assert "金丝雀" not in repr(lines)


def test_a_done_message_keeps_no_body(database: Database) -> None:
    with database.transaction() as work:
        (kept,) = inbox.accept(work, [arrived("m1")])
        inbox.done(work, kept, "help")
    with database.reading() as work:
        assert work.connection.execute(select(Inbox.__table__.c.body)).scalars().all() == [None]  # type: ignore[attr-defined]


def test_the_wrong_key_is_named_as_such(database: Database) -> None:
    with database.transaction() as work:
        person = people.meet(work, "memory", "a", "甲", NOW)
        profile.set_fact(work, person.id or 0, "wish", "金丝雀", NOW)
    keyring.use(OTHER_KEY)
    with pytest.raises(KeyMissing, match="密钥与数据库不匹配"), database.reading() as work:
        work.session.get(Fact, 1)
    keyring.use(KEY)
    with database.reading() as work:
        assert profile.facts(work, 1) == {"wish": "金丝雀"}


def test_a_changed_byte_is_noticed() -> None:
    keyring.use(KEY)
    sealed = seal(b"x")
    assert unseal(sealed) == b"x" and seal(b"x") != sealed
    for broken in (sealed[:-1] + bytes([sealed[-1] ^ 1]), sealed[:12], b""):
        with pytest.raises(KeyMissing):
            unseal(broken)


def test_a_database_is_not_opened_with_another_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else new rows would be sealed with a second key, and nobody could ever read all of them."""
    monkeypatch.delenv("XINGLIN_KEY", raising=False)
    key_file = tmp_path / "key"
    url = f"sqlite:///{tmp_path / 'a.db'}"
    config = load_config(None, {"database": {"url": url}, "key_file": str(key_file)})
    first = wiring.open_database(config)
    with first.transaction() as work:
        staff.set_setting(work, "some", "value", NOW)
    first.close()
    key_file.write_bytes(base64.b64encode(OTHER_KEY))
    with pytest.raises(KeyMissing, match="密钥与数据库不匹配"):
        wiring.open_database(config).close()


def test_the_key_file_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "new" / "key"
    (key,) = load_keys(path, None)
    assert len(key) == 32 and load_keys(path, None) == [key]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load_keys(path, base64.b64encode(OTHER_KEY).decode()) == [OTHER_KEY]


@pytest.mark.parametrize("written", ["", "not base64 at all", base64.b64encode(b"short").decode()])
def test_a_damaged_key_is_named_as_such(tmp_path: Path, written: str) -> None:
    (tmp_path / "key").write_text(written)
    with pytest.raises(KeyMissing, match="不是有效的密钥"):
        load_keys(tmp_path / "key", None)
