"""The web chat behind its page: the channel and the endpoints. Who may come in at all: `tests/browser/test_door.py`."""

from __future__ import annotations

import asyncio
import datetime as dt
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bot.channels.base import Channel, Contact, Delivery, EventKind, LinkState, NotDelivered, Refused
from bot.channels.web import NameTaken, NotInside, WebChannel
from bot.web import demo, pictures
from bot.web.clockstrip import Busy, ClockStrip, Moved, Step
from bot.web.hub import BACKLOG, Hub
from bot.web.mentions import called, calls, well_formed
from bot.web.seam import Engine, WebSettings
from storage.queries import web
from storage.tables.web import WebPerson
from tests.browser.client import DIABETES, KNEE, LI, LIN, SAME_ORIGIN, STAFF, ZHANG, Page, made, opened, photo, visit
from tests.browser.fake import START, FakeEngine


@pytest.fixture()
def engine(tmp_path: Path) -> Iterator[FakeEngine]:
    yield from made(tmp_path)


@pytest.fixture()
def page(engine: FakeEngine) -> Iterator[Page]:
    yield from opened(engine)


# --- the channel -------------------------------------------------------------------------------------------------


def test_it_keeps_the_contract(engine: FakeEngine) -> None:
    channel: Channel = engine.channel
    seam: Engine = engine
    assert channel.name == "web" and channel.capabilities.idempotent and seam.can_advance
    states = [channel.state]
    for step in (channel.start(engine.accept), channel.stop()):
        asyncio.run(step)
        states.append(channel.state)
    assert states == [LinkState.DOWN, LinkState.UP, LinkState.DOWN]
    with pytest.raises(NotDelivered):
        asyncio.run(channel.send(Delivery("k", "您好", person=ZHANG)))


def test_the_first_start_makes_a_community_whose_history_is_the_assistants_own(page: Page, engine: FakeEngine) -> None:
    joins = [raw for raw in engine.heard if raw.kind is EventKind.JOIN]
    asked = [raw for raw in engine.heard if raw.kind is EventKind.TEXT]
    assert [raw.people[0].name for raw in joins] == ["张姐", "李哥", "王妈妈", "赵阿姨", "孙姐"]
    assert {raw.sender.id for raw in joins} == {LIN}
    assert len(asked) == 5 and all(raw.mentions_bot and raw.room and raw.room_topic for raw in asked)
    assert "@张姐 可以少量吃" in page.texts(ZHANG, DIABETES)[-1]
    assert not page.do(demo.begin, engine.database, engine.channel)


def test_the_same_key_is_shown_once(page: Page, engine: FakeEngine) -> None:
    send = page.do
    twice = [send(engine.channel.send, Delivery("same", "只说一次", person=ZHANG)) for _ in range(2)]
    assert twice[0] == twice[1] and twice[0].id and twice[0].at == START
    assert page.texts(ZHANG, f"private:{ZHANG}") == ["只说一次"]


@pytest.mark.parametrize(
    "where",
    [
        {"room": "nowhere"},
        {"person": "nobody"},
        {},
        {"room": "room-knee", "person": ZHANG},
    ],
)
def test_an_unknown_address_is_refused(page: Page, engine: FakeEngine, where: dict[str, str]) -> None:
    with pytest.raises(Refused):
        page.do(engine.channel.send, Delivery("k", "您好", **where))  # type: ignore[arg-type]


def test_a_picture_and_mentions_go_out(page: Page, engine: FakeEngine) -> None:
    week, zhang = photo(kind="PNG"), Contact(ZHANG, "张姐")
    page.do(engine.channel.send, Delivery("k", "这是您的一周", room="room-diabetes", mentions=(zhang,), picture=week))
    last = page.read(ZHANG, DIABETES).json()["messages"][-1]
    assert last["text"] == "@张姐 这是您的一周" and last["mentions"] == [ZHANG] and last["picture"]
    assert page.conversation(ZHANG, DIABETES)["called"] and not page.conversation(LIN, DIABETES)["called"]
    assert page.client.get(f"/media/{last['id']}", params={"me": ZHANG}).headers["content-type"] == "image/png"


def test_mentions_are_found_as_people_type_them() -> None:
    people = [WebPerson(id="a", name="张姐", role=""), WebPerson(id="b", name="张姐姐", role="")]
    assert called("@张姐 在吗 @张姐姐您好＠张姐", people) == ("a", "b")
    assert called("张姐", people) == ()
    assert calls("血糖高＠杏林怎么办", "杏林") and calls("@杏林", "杏林") and not calls("杏林", "杏林")
    assert well_formed("坏\ud83d") == "坏\ufffd" and well_formed("好😀") == "好😀"


def test_what_a_crash_left_unheard_is_offered_again_with_the_same_id(page: Page, engine: FakeEngine) -> None:
    page.say(ZHANG, DIABETES, "刚才那句")
    engine.clock.at += dt.timedelta(minutes=10)
    heard: list[Any] = []

    async def accept(raw: Any) -> None:
        heard.append(raw)

    again = WebChannel(engine.database, engine.clock)
    page.do(again.start, accept)
    assert heard[-1] == engine.heard[-1]
    assert {raw.message_id for raw in heard} <= {raw.message_id for raw in engine.heard}
    engine.clock.at += dt.timedelta(hours=2)
    heard.clear()
    page.do(again.start, accept)
    assert heard == []


def test_joining_and_names(page: Page, engine: FakeEngine) -> None:
    do, channel = page.do, engine.channel
    liu = do(channel.add_person, "刘叔")
    assert do(channel.join, liu, "room-knee") and not do(channel.join, liu, "room-knee")
    assert engine.heard[-1].sender.id == liu and engine.heard[-1].people[0].name == "刘叔"
    for name in ("刘叔", "杏林", "杏林助手"):
        with pytest.raises(NameTaken):
            do(channel.add_person, name)
    with pytest.raises(LookupError):
        do(channel.join, liu, "nowhere")
    with pytest.raises(NotInside):
        do(channel.post, liu, DIABETES, "您好")


def test_forgetting_a_person_leaves_nothing_of_theirs(page: Page, engine: FakeEngine) -> None:
    page.say(ZHANG, f"private:{ZHANG}", "我的血压 130/85")
    with engine.database.transaction() as work:
        assert web.forget_person(work, ZHANG) == 3
    assert ZHANG not in {one["id"] for one in page.state(LIN)["people"]}
    assert ZHANG not in {one["sender"] for one in page.read(LIN, DIABETES).json()["messages"]}


def test_a_page_that_reads_too_slowly_is_let_go() -> None:
    async def story() -> list[object]:
        hub = Hub()
        with hub.listen(ZHANG) as listener:
            for number in range(BACKLOG + 1):
                hub.tell([ZHANG], {"type": "message", "n": number})
            return [await listener.next() for _ in range(BACKLOG + 1)]

    notes = asyncio.run(story())
    assert notes[-1] is None and notes[-2] == {"type": "message", "n": BACKLOG - 1}


# --- writing and reading -----------------------------------------------------------------------------------------


def test_somebody_writes_and_is_answered(page: Page, engine: FakeEngine) -> None:
    stored = page.say(ZHANG, DIABETES, "@杏林 血糖高能吃西瓜吗 @小林", key="abcdefgh").json()
    raw = engine.heard[-1]
    assert stored["key"] == "abcdefgh" and stored["mentions"] == [LIN]
    assert (raw.channel, raw.room, raw.room_topic, raw.at) == ("web", "room-diabetes", "糖尿病新手群", START)
    assert raw.mentions_bot and raw.mentions == (LIN,) and raw.sender == Contact(ZHANG, "张姐")
    assert "可以少量吃" in page.texts(LIN, DIABETES)[-1]


def test_a_page_may_repeat_what_it_is_unsure_of(page: Page, engine: FakeEngine) -> None:
    before = len(engine.heard)
    first, second = (page.say(ZHANG, DIABETES, "@杏林 在吗", key="the-same-key").json() for _ in range(2))
    assert first == second and len(engine.heard) == before + 1
    assert page.say(LI, KNEE, "@杏林 在吗", key="the-same-key").json()["id"] != first["id"]


def test_a_failure_behind_it_is_said_without_words_and_may_be_repeated(
    page: Page, engine: FakeEngine, caplog: pytest.LogCaptureFixture
) -> None:
    engine.broken = True
    answer = page.say(ZHANG, DIABETES, "@杏林 秘密", key="once-more")
    assert answer.status_code == 500 and answer.json() == {"error": "出了点问题，请再试一次"}
    assert "RuntimeError" in caplog.text and "病人" not in caplog.text and "秘密" not in caplog.text
    engine.broken = False
    assert page.say(ZHANG, DIABETES, "@杏林 秘密", key="once-more").status_code == 200
    assert page.texts(ZHANG, DIABETES)[-2:] == ["@杏林 秘密", "@张姐 收到：@杏林 秘密"]


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "第一行\n\n  第三行",
        "\u202e反\u200b向",
        "👨‍👩‍👧‍👦" * 100,
        "空\x00字",
        "长" * 10_000,
    ],
)
def test_any_text_comes_back_as_it_was(page: Page, text: str) -> None:
    assert page.say(ZHANG, DIABETES, text).json()["text"] == text
    assert page.texts(LIN, DIABETES)[-1] == text


@pytest.mark.parametrize(
    ("text", "status", "words"),
    [
        ("", 400, "还没有写内容"),
        (" \n ", 400, "还没有写内容"),
        ("长" * 20_001, 400, "太长"),
        ("长" * 200_000, 413, "太长"),
    ],
)
def test_what_cannot_be_sent_gets_a_clear_word(page: Page, text: str, status: int, words: str) -> None:
    answer = page.say(ZHANG, DIABETES, text)
    assert answer.status_code == status and words in answer.json()["error"]


@pytest.mark.parametrize("body", ["", "[]", "{", '{"me": 1}', '{"me": "\\ud800"}'])
def test_a_broken_form_gets_a_clear_word(page: Page, body: str) -> None:
    for path in ("/api/text", "/api/seen", "/api/people", "/api/clock"):
        answer = page.client.post(path, content=body, headers=SAME_ORIGIN)
        assert answer.status_code == 400 and answer.json()["error"] == "这个请求不完整，请刷新页面再试一次"


def test_unread_counts_and_the_mark_that_never_moves_back(page: Page) -> None:
    assert page.conversation(LIN, DIABETES)["unread"] == 3
    assert page.conversation(LIN, STAFF)["unread"] == 0
    newest = page.read(LIN, DIABETES).json()["messages"][-1]["id"]
    for last in (newest, 1, 10**15):
        assert page.post("/api/seen", me=LIN, conversation=DIABETES, last=last).status_code == 200
        assert page.conversation(LIN, DIABETES)["unread"] == 0
    page.say(ZHANG, DIABETES, "@小林 早")
    assert page.conversation(LIN, DIABETES)["unread"] == 1 and page.conversation(LIN, DIABETES)["called"]
    assert page.conversation(ZHANG, DIABETES)["unread"] == 0


def test_older_pages(page: Page) -> None:
    for number in range(60):
        page.say(LIN, STAFF, f"第 {number} 条")
    newest = page.read(LIN, STAFF).json()
    older = page.read(LIN, STAFF, before=newest["messages"][0]["id"]).json()
    assert newest["more"] and not older["more"] and older["messages"][0]["text"] == "第 0 条"
    assert len(newest["messages"]) + len(older["messages"]) == 60


def test_messages_survive_a_restart(page: Page, engine: FakeEngine, tmp_path: Path) -> None:
    page.say(ZHANG, DIABETES, "明天见")
    again = FakeEngine(tmp_path / "web.db")
    with visit(again, WebSettings()) as client:
        assert Page(client).texts(ZHANG, DIABETES) == page.texts(ZHANG, DIABETES)
        assert "明天见" in Page(client).texts(ZHANG, DIABETES)
    assert "明天见".encode() not in (tmp_path / "web.db").read_bytes()
    again.database.close()


def test_a_stopped_channel_says_so(page: Page, engine: FakeEngine) -> None:
    page.do(engine.channel.stop)
    answer = page.say(ZHANG, DIABETES, "在吗")
    assert answer.status_code == 503 and "稍后" in answer.json()["error"]
    assert "在吗" not in page.texts(ZHANG, DIABETES)


# --- pictures ----------------------------------------------------------------------------------------------------


def test_a_picture_is_made_anew_and_shown_to_those_inside(page: Page, engine: FakeEngine) -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "相机"  # lies on its side
    stored = page.show(ZHANG, DIABETES, photo((3000, 1500), exif=exif)).json()
    assert stored["picture"] and engine.heard[-1].kind is EventKind.IMAGE and engine.heard[-1].image
    shown = page.client.get(f"/media/{stored['id']}", params={"me": LIN})
    with Image.open(io.BytesIO(shown.content)) as picture:
        assert picture.size == (1000, 2000) and not picture.getexif()
    assert shown.headers["cache-control"].startswith("private")
    for me, id_, status in [(LI, stored["id"], 403), ("", stored["id"], 403), (ZHANG, 1, 404), (ZHANG, 10**30, 404)]:
        assert page.client.get(f"/media/{id_}", params={"me": me}).status_code == status


def test_only_png_and_jpeg_are_kept() -> None:
    Image.new("RGBA", (9, 9), (0, 0, 0, 0)).save(out := io.BytesIO(), "PNG")
    assert pictures.media_type(pictures.clean(out.getvalue())) == "image/png"
    assert pictures.media_type(pictures.clean(photo(kind="BMP"))) == "image/jpeg"


@pytest.mark.parametrize(
    ("data", "status", "words"),
    [
        (b"", 400, "打不开"),
        (b"<svg/>", 400, "打不开"),
        (photo()[:200], 400, "打不开"),
        (b"x" * (pictures.MAX_BYTES + 1), 413, "5 MB"),
        (photo((5000, 4001), "PNG"), 400, "2000 万像素"),
    ],
)
def test_what_is_no_picture_gets_a_clear_word(page: Page, data: bytes, status: int, words: str) -> None:
    answer = page.show(ZHANG, DIABETES, data)
    assert answer.status_code == status and words in answer.json()["error"]


def test_the_clock_moves(page: Page, engine: FakeEngine) -> None:
    assert page.post("/api/clock", step="day").json() == {"now": 1772496000000, "sent": 1, "nothing": False}
    assert page.post("/api/clock", step="next").json()["sent"] == 1
    assert engine.clock.now() == START + dt.timedelta(days=1, hours=23, minutes=30)


def test_one_step_at_a_time(engine: FakeEngine) -> None:
    async def story() -> tuple[Moved | BaseException, Moved | BaseException]:
        strip = ClockStrip(engine)
        await engine.channel.start(engine.accept)
        await demo.begin(engine.database, engine.channel)
        return await asyncio.gather(strip.move(Step.DAY), strip.move(Step.DAY), return_exceptions=True)

    moved, refused = asyncio.run(story())
    assert isinstance(moved, Moved) and isinstance(refused, Busy) and engine.clock.now() == START + dt.timedelta(days=1)


def test_nothing_to_come_and_a_real_clock(page: Page, engine: FakeEngine) -> None:
    async def never() -> None:
        return None

    engine.next_event = never  # type: ignore[method-assign]
    assert page.post("/api/clock", step="next").json()["nothing"]
    engine.can_advance = False
    assert page.post("/api/clock", step="day").status_code == 409 and engine.clock.now() == START
    assert "data-step" not in page.client.get("/").text
    assert page.post("/api/clock", step="year").status_code == 400
