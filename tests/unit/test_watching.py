"""The playbook folders are watched: what is sound goes into force, what is broken changes nothing, staff hear it once."""

from __future__ import annotations

import asyncio
import datetime as dt
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from watchfiles import Change

from bot.app import App
from bot.config import ROOT
from bot.stories.world import World
from bot.watching import Watching, concerns_us
from handlers.services.knowledge import reviews

SMALL = ROOT / "tests/stories/small"
START = dt.datetime(2026, 3, 2, 2, tzinfo=dt.UTC)
PATIENCE = 20.0
QUESTION = "血糖高能吃西瓜吗"


@pytest.fixture()
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SMALL, tmp_path / "small"))


def world_over(folder: Path) -> World:
    people = {"张姐": {}, "小林": {"role": "manager"}}
    own = {"playbooks": {"folders": [str(folder)]}}
    return World(START, people, {"工作人员群": ["小林"]}, own)


def write(folder: Path, old: str, new: str) -> None:
    file = folder / "faq/melon.yaml"
    file.write_text(file.read_text().replace(old, new))


async def told(world: World) -> list[str]:
    """What the watcher's call makes the bot say."""
    before = len(world.channel.sent)
    await world.app.look_again()
    await world.app.settle()
    return [one.delivery.text for one in world.channel.sent[before:]]


async def answer(world: World) -> str:
    return (await world.say("张姐", QUESTION))[0].delivery.text


def test_a_sound_change_goes_into_force_and_is_told_once(folder: Path) -> None:
    async def go() -> None:
        world = world_over(folder)
        await world.start()
        write(folder, "version: 1", "version: 2")
        write(folder, "可以少吃一点", "可以吃一小块")
        (said,) = await told(world)
        assert "改了《血糖高能不能吃西瓜》melon 第 2 版" in said and "示例" in said
        assert "可以吃一小块" in await answer(world)
        assert await told(world) == []
        await world.close()

    asyncio.run(go())


def test_the_same_broken_state_is_told_once_and_mending_it_is_news(folder: Path) -> None:
    async def go() -> None:
        world = world_over(folder)
        await world.start()
        write(folder, "risk:", "riks:")
        (said,) = await told(world)
        assert "没有换上新内容" in said and "melon.yaml 第" in said
        assert await told(world) == []
        (folder / "faq/melon.yaml").touch()
        assert await told(world) == []
        assert "可以少吃一点" in await answer(world)
        write(folder, "title:", "titel:")
        assert len(await told(world)) == 1, "another mistake is news"
        write(folder, "riks:", "risk:")
        write(folder, "titel:", "title:")
        (said,) = await told(world)
        assert "已换上新内容" in said and "和原来用的一样" in said
        await world.close()

    asyncio.run(go())


def test_five_problems_are_shown_and_the_rest_counted(folder: Path) -> None:
    async def go() -> None:
        world = world_over(folder)
        await world.start()
        for number in range(12):
            (folder / f"faq/broken-{number}.yaml").write_text("kind: faq\nid: x\n  y: :\n")
        (said,) = await told(world)
        assert said.count("broken-") == 5 and "要改 12 处" in said and "还有 7 处，请看 xinglin check" in said
        await world.close()

    asyncio.run(go())


def test_an_older_reading_never_replaces_a_newer_one(folder: Path) -> None:
    async def go() -> None:
        world = world_over(folder)
        await world.start()
        old = world.desk.look()
        write(folder, "version: 1", "version: 2")
        write(folder, "可以少吃一点", "可以吃一小块")
        await told(world)
        with world.app.database.transaction() as work:
            assert not world.desk.take(work, old).swap
        assert "可以吃一小块" in await answer(world)
        await world.close()

    asyncio.run(go())


@pytest.mark.parametrize("by", ["the command", "the watcher"])
def test_a_reload_that_is_rolled_back_is_read_and_told_again(
    folder: Path, by: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def go() -> None:
        world = world_over(folder)
        await world.start()
        write(folder, "version: 1", "version: 2")
        write(folder, "可以少吃一点", "可以吃一小块")
        with monkeypatch.context() as broken:
            broken.setattr(reviews, "reload_text", lambda *scene: 1 / 0)
            if by == "the command":
                await world.say("小林", "#重载")
            else:
                await world.app.look_again()
        assert "可以少吃一点" in await answer(world)
        said, offered = await told(world)
        assert "改了《血糖高能不能吃西瓜》melon 第 2 版" in said and "1 人在 30 天内收到" in offered
        assert "可以吃一小块" in await answer(world)
        await world.close()

    asyncio.run(go())


async def until(done: Callable[[], bool]) -> bool:
    ends = time.monotonic() + PATIENCE
    while not done() and time.monotonic() < ends:
        await asyncio.sleep(0.05)
    return done()


def test_the_real_watcher_sees_a_saved_file_and_stops_when_asked(folder: Path) -> None:
    async def go() -> None:
        world = world_over(folder)
        app = App(world.desk, {"memory": world.channel}, live=True)
        await app.start()
        await asyncio.sleep(0.5)  # the operating system's watch is in place
        write(folder, "version: 1", "version: 2\n")
        write(folder, "可以少吃一点", "可以吃一小块")
        assert await until(lambda: world.desk.library.faqs["melon"].version == 2)
        assert await until(lambda: any("melon 第 2 版" in one.delivery.text for one in world.channel.sent))
        await asyncio.wait_for(app.stop(), PATIENCE)
        world._scratch.cleanup()

    asyncio.run(go())


def test_no_watcher_runs_when_the_setting_says_so(folder: Path) -> None:
    async def go() -> None:
        own = {"playbooks": {"folders": [str(folder)], "watch": False}}
        world = World(START, {}, {}, own)
        assert App(world.desk, {}, live=True)._watching is None
        await world.close()

    asyncio.run(go())


def test_a_watcher_outlives_an_error_and_a_folder_that_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.watching.LOOK_AGAIN_SECONDS", 0.1)
    seen: list[int] = []

    async def changed() -> None:
        seen.append(1)
        raise RuntimeError("broken")

    async def go() -> None:
        folder = tmp_path / "later"
        watching = Watching([folder], changed)
        watching.start()
        await asyncio.sleep(0.3)
        folder.mkdir()
        assert await until(lambda: len(seen) == 1), "what came with the folder is a change"
        await asyncio.sleep(0.5)
        (folder / "a.yaml").write_text("x")
        assert await until(lambda: len(seen) >= 2)
        await asyncio.wait_for(watching.stop(), PATIENCE)

    asyncio.run(go())


@pytest.mark.parametrize(
    ("path", "ours"),
    [("faq/a.yaml", True), ("faq", True), (".a.yaml.swp", False), ("faq/.a.yaml", False), ("faq/a.yaml~", False), ("a.txt", False)],
)  # fmt: skip
def test_which_files_concern_us(path: str, ours: bool) -> None:
    assert concerns_us(Change.modified, f"/x/{path}") is ours
