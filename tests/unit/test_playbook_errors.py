"""What an author is told: file, line, path, and in Chinese what to do. A broken file never replaces a good one."""

from __future__ import annotations

import asyncio
import datetime as dt
import shutil
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.config import ROOT
from bot.stories.world import World
from playbooks.schema.load import gather, load
from playbooks.schema.source import MAX_BYTES, MAX_DEPTH, MAX_NODES, MAX_PROBLEMS, Broken, Problem, parse, read

BAD = Path(__file__).parent.parent / "bad_playbooks"
CONTENT = ROOT / "playbooks/content"

ONE_MISTAKE = {
    "unknown-key": "7: questoin: 没有这个字段，您是不是想写 question？",
    "unknown-inner-key": "10: answer.txet: 没有这个字段，您是不是想写 text？",
    "far-key": "12: xyzzy: 没有这个字段，请删掉",
    "duplicate-key": "12: title: 这个字段写了两次，请只留一个",
    "anchor": "10: answer.text: 不支持 & 和 * 引用",
    "alias": "5: owner: 不支持 & 和 * 引用",
    "tag": "3: version: 不支持 ! 标签",
    "tab": "10: YAML 写法有误：不能用制表符",
    "indentation": "16: YAML 写法有误：缩进",
    "colon": "4: YAML 写法有误：冒号多了",
    "control-sign": "5: 文件里有 YAML 不允许的字符，请删掉控制字符",
    "two-documents": "17: 一个文件只写一条，请删掉 ---",
    "wrong-kind": "1: kind: kind 要写下面之一：faq、journey",
    "kind-list": "1: kind: kind 要写下面之一：faq、journey",
    "no-kind": "1: kind: kind 要写下面之一：faq、journey",
    "missing-field": "1: risk: 缺少这个字段，请补上",
    "missing-inner-field": "13: sources.0.year: 缺少这个字段，请补上",
    "bad-enum": "11: risk: 只能写 info、advice",
    "bad-stage": "6: review.stage: 只能写 sample、draft",
    "number-as-text": "5: owner: 要写文字",
    "too-few": "16: examples.miss: 至少写 2 条，现在有 1 条",
    "bad-clock": "10: steps.0.when.at: 要写成 24 小时制的 HH:MM",
    "bad-span": "8: late_after: 要写成数字加单位",
    "steps-out-of-order": "12: steps.1: 步骤 second 的时间早于前一步 first",
    "step-twice": "12: steps.1: 步骤 id 重复：first",
    "no-condition": "11: steps.0.only_if: 每个条件写一个比较",
    "no-such-measure": "12: measure: 没有叫 outdors 的指标",
    "no-proof": "15: proof_needed: 要先写 proof: photo",
    "other-name": "2: id: 文件名要和 id 一样，请把文件改名为 renamed.yaml",
    "not-utf8": "4: 不是 UTF-8 编码，请在编辑器里另存为 UTF-8",
    "a-list": "1: 文件是空的或不是“字段: 值”的写法",
    "empty": "1: 文件是空的或不是“字段: 值”的写法",
    "billion-laughs": "7: tags.0: 不支持 & 和 * 引用",
    "python-tag": "7: question: 不支持 ! 标签",
    "too-deep": "7: tags.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0: 层次超过 16 层",
    "key-elsewhere": "11: answer.see_doctor_when: 没有这个字段；see_doctor_when 要写在别的地方，请核对缩进",
    "not-filled": "11: answer.short: 还没有填：请填，给年长者的短答案",
    "unsigned": "6: review: stage: published 要有医学审核人签名",
    "picture-missing": "11: answer.picture: 没有这张图片，请放到 bad_playbooks/pictures/nowhere.png",
    "picture-outside": "11: answer.picture: 图片要放在内容文件夹里面",
    "video-no-address": "11: answer.video: 要写 https:// 开头的网址",
    "no-such-event": "7: on: 没有叫 room_join 的事件，您是不是想写 room_joined？",
    "no-such-action": "10: then.0.do: do 要写下面之一：tag、enrol、send、offer、notify_staff、award、open_case、lock，您是不是想写 send？",
    "six-actions": "9: then: 最多写 5 条，现在有 6 条",
    "no-such-journey": "10: then.0.journey: 没有叫 nowhere 的计划",
    "no-such-fact": "8: only_if: 没有叫 days_since_mesage 的事实，您是不是想写 days_since_message？",
    "fact-of-another-event": "8: only_if: 事件 room_joined 不带 days_done，带它的有：challenge_finished",
    "too-small": "8: smallest: 不能小于 5",
    "weights": "8: arms: 各组的 weight 加起来要等于 100，现在是 90",
    "experiment-on-words": "7: of: 试验不能用在词表上",
    "level-elsewhere": "11: terms.1.level: 只有 use: red_flag 的词写 level",
    "blocked-untried": "1: use: blocked 要写 examples",
    "no-such-level": "13: catalogue.0.needs: 没有叫 健康达仁 的等级，您是不是想写 健康达人？",
    "ask-twice": "12: steps.0.ask: ask 写且只写一个",
    "only-comments": "1: 文件是空的或不是“字段: 值”的写法",
}


@pytest.fixture(autouse=True, scope="module")
def quiet() -> Iterator[None]:
    """Failures are logged with a traceback; drawing it takes longer than the tests."""
    with capture_logs():
        yield


@pytest.mark.parametrize("name", ONE_MISTAKE)
def test_one_mistake_is_one_problem_with_its_line_and_what_to_do(name: str) -> None:
    path = BAD / f"{name}.yaml"
    _, problems = gather([path])
    assert len(problems) == 1, "\n".join(map(str, problems))
    assert str(problems[0]).startswith(f"{path.relative_to(ROOT)}:{ONE_MISTAKE[name]}")


def test_every_bad_file_is_in_the_table() -> None:
    assert {path.stem for path in BAD.glob("*.yaml")} == set(ONE_MISTAKE)


def test_the_same_id_twice_names_the_file_that_has_it() -> None:
    (problem,) = gather([BAD / "id-twice"])[1]
    where = (BAD / "id-twice").relative_to(ROOT)
    assert str(problem) == f"{where}/pear/twice.yaml:2: id: 这个 id 在 {where}/melon/twice.yaml 里已经用过，请换一个"


def test_a_file_of_300_kib_is_not_even_parsed(tmp_path: Path) -> None:
    big = tmp_path / "big.yaml"
    big.write_text("kind: faq\n# " + "大" * 100 * 1024)
    assert big.stat().st_size > MAX_BYTES
    (problem,) = gather([big])[1]
    assert str(problem) == f"{big}:1: 文件有 300 KiB，超过 256 KiB，请拆成几个文件"
    big.write_text("kind: faq\n" + "#" * (MAX_BYTES - 10))
    assert big.stat().st_size == MAX_BYTES and read(big).data == {"kind": "faq"}


def test_a_file_that_is_too_large_is_never_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    big = tmp_path / "big.yaml"
    big.write_bytes(b"a" * 1024 * 1024)

    def unread(path: Path) -> bytes:
        raise AssertionError(f"{path} was read")

    monkeypatch.setattr(Path, "read_bytes", unread)
    (problem,) = gather([big])[1]
    assert "文件有 1024 KiB，超过 256 KiB" in str(problem)


def test_a_bomb_is_refused_at_its_first_anchor_and_nothing_is_unfolded() -> None:
    laughs = "a: &a [哈]\n" + "".join(f"{b}: &{b} [{f'*{a},' * 9}]\n" for a, b in pairwise("abcdefghij"))
    with pytest.raises(Broken) as broken:
        parse(laughs, "a")
    assert [one.line for one in broken.value.problems] == [1]


@pytest.mark.parametrize("text", ["- " * 50_000, "x: " + "{a: " * 50_000, "? " * 50_000, "[" * 100_000])
def test_nesting_is_refused_near_the_top(text: str) -> None:
    with pytest.raises(Broken) as broken:
        parse(text, "a")
    assert broken.value.problems[0].where.count(".") <= MAX_DEPTH


def test_very_many_items_are_refused_at_the_limit() -> None:
    with pytest.raises(Broken, match=f"内容超过 {MAX_NODES} 项"):
        parse("x: [" + "a," * (MAX_NODES + 1) + "]", "a")


def test_very_many_problems_are_not_all_told(tmp_path: Path) -> None:
    (tmp_path / "many.yaml").write_text("kind: faq\nid: many\nask:\n" + "- 1\n" * 500)
    problems = gather([tmp_path])[1]
    assert len(problems) == MAX_PROBLEMS + 1 and any("问题太多" in str(one) for one in problems)
    twice = "a: 1\n" * 500
    with pytest.raises(Broken) as broken:
        parse(twice, "a")
    assert len(broken.value.problems) == MAX_PROBLEMS


def test_what_cannot_be_opened_is_a_problem_of_that_file(tmp_path: Path) -> None:
    (tmp_path / "gone.yaml").symlink_to(tmp_path / "nowhere")
    (tmp_path / "folder.yaml").mkdir()
    told = [str(one) for one in gather([tmp_path])[1]]
    assert len(told) == 2 and all("读不了这个文件" in one for one in told)


def test_a_broken_file_makes_no_second_problem_where_it_is_named(tmp_path: Path) -> None:
    for kind, text in (
        ("measure", (CONTENT / "measure/outdoor.yaml").read_text().replace("unit:", "uint:")),
        ("challenge", (CONTENT / "challenge/eye-care-21.yaml").read_text()),
    ):
        (tmp_path / kind).mkdir()
        name = "outdoor" if kind == "measure" else "eye-care-21"
        (tmp_path / kind / f"{name}.yaml").write_text(text)
    assert {Path(one.file).name for one in gather([tmp_path])[1]} == {"outdoor.yaml"}


def test_too_deep_is_refused_and_not_a_crash() -> None:
    with pytest.raises(Broken, match=r"a:1: .*层次超过"):
        parse("x: " + "[" * 3_000, "a")


def test_all_problems_of_all_files_come_at_once(tmp_path: Path) -> None:
    for name in ("unknown-key", "empty", "bad-clock"):
        shutil.copy(BAD / f"{name}.yaml", tmp_path)
    shutil.copy(CONTENT / "reward/points.yaml", tmp_path)
    library, problems = gather([tmp_path])
    assert [Path(one.file).stem for one in problems] == ["bad-clock", "empty", "unknown-key"]
    assert list(library.rewards) == ["points"]
    with pytest.raises(Broken) as broken:
        load([tmp_path])
    assert broken.value.problems == problems


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("on", "on"), ("off", "off"), ("yes", "yes"), ("no", "no"), ("y", "y"), ("18:30", "18:30"), ("0123", "0123"),
        ("1_000", "1_000"), ("0x1F", "0x1F"), ("2026-03-02", "2026-03-02"), ("12345678901234567890123", "12345678901234567890123"),
        ("1e3", 1000.0), ("6.5", 6.5), ("-3", -3), ("true", True), ("null", None), ("~", None), ("'1'", "1"), ('"true"', "true"),
        ("=", "="), ("<<", "<<"), (".inf", ".inf"),
    ],
)  # fmt: skip
def test_yaml_is_read_as_version_1_2_with_nothing_turned_in_secret(written: str, read_as: object) -> None:
    """Where 1.2's core schema knows a number (1e3), a text field says so instead of taking it."""
    data = parse(f"value: {written}", "a").data
    assert data == {"value": read_as} and type(data["value"]) is type(read_as)


def test_a_key_is_always_text() -> None:
    assert parse("on: 1\n2: 3\ntrue: 4\n18:30: 5", "a").data == {"on": 1, "2": 3, "true": 4, "18:30": 5}


@pytest.mark.parametrize("text", ["? [a]\n: 1", "{a: {b}: 1}", "? &x a\n: 1"])
def test_a_key_that_is_no_plain_text_is_refused(text: str) -> None:
    with pytest.raises(Broken, match="a:1: "):
        parse(text, "a")


def test_a_problem_without_a_path_has_no_empty_part() -> None:
    assert str(Problem("a.yaml", 3, "", "改")) == "a.yaml:3: 改"


# --- 重载 --------------------------------------------------------------------------------------------------------


def faq_file(folder: Path) -> Path:
    return folder / "faq/dm-watermelon.yaml"


def world_over(folder: Path) -> World:
    start = dt.datetime(2026, 3, 2, 1, 0, tzinfo=dt.UTC)
    people = {"张姐": {}, "小林": {"role": "owner"}}
    return World(start, people, config={"playbooks": {"folders": [str(folder)]}})


@pytest.fixture()
def folder(tmp_path: Path) -> Path:
    for kind in ("faq", "measure", "reward", "lexicon"):
        shutil.copytree(CONTENT / kind, tmp_path / kind)
    return tmp_path


def test_reload_takes_new_words_in_and_keeps_the_last_good_version_of_a_broken_file(folder: Path) -> None:
    good = faq_file(folder).read_text()

    async def go() -> None:
        world = world_over(folder)
        await world.start()

        async def answer() -> str:
            return (await world.say("张姐", "血糖高能吃西瓜吗"))[0].delivery.text

        async def reload() -> str:
            return (await world.say("小林", "#重载"))[1].delivery.text

        changed = good.replace("可以少吃一点，不能敞开吃。", "第二版。")
        faq_file(folder).write_text(changed)
        assert "第二版" not in await answer()
        told = await reload()
        assert "没有换上新内容" in told and "请把 version 加 1" in told and "第二版" not in await answer()
        faq_file(folder).write_text(changed.replace("version: 1", "version: 2"))
        assert "已换上新内容" in await reload() and "第二版" in await answer()

        line = next(number for number, words in enumerate(good.splitlines(), 1) if words.startswith("risk"))
        faq_file(folder).write_text(good.replace("可以少吃一点", "第三版").replace("risk:", "riks:"))
        told = await reload()
        assert (
            "没有换上新内容" in told
            and f"dm-watermelon.yaml 第 {line} 行 riks：没有这个字段，您是不是想写 risk？" in told
        )
        assert "第二版" in await answer()

        faq_file(folder).write_text(good.replace("可以少吃一点", "第四版").replace("version: 1", "version: 3"))
        assert "已换上新内容" in await reload() and "第四版" in await answer()
        await world.close()

    asyncio.run(go())


@pytest.mark.parametrize(
    "name",
    [
        "empty",
        "not-utf8",
        "two-documents",
        "kind-list",
        "tag",
        "steps-out-of-order",
        "billion-laughs",
        "no-such-action",
    ],
)
def test_no_mistake_in_a_file_breaks_the_reload_command(folder: Path, name: str) -> None:
    async def go() -> None:
        world = world_over(folder)
        await world.start()
        shutil.copy(BAD / f"{name}.yaml", folder)
        told = [one.delivery.text for one in await world.say("小林", "#重载")]
        assert len(told) == 2 and f"{name}.yaml 第" in told[1] and "没有换上新内容" in told[1]
        assert "西瓜" in (await world.say("张姐", "血糖高能吃西瓜吗"))[0].delivery.text
        await world.close()

    asyncio.run(go())


def test_a_folder_that_is_gone_keeps_the_last_good_version(folder: Path) -> None:
    async def go() -> None:
        world = world_over(folder)
        await world.start()
        folder.rename(folder.with_name("away"))
        told = [one.delivery.text for one in await world.say("小林", "#重载")]
        assert "没有换上新内容" in told[1]
        assert "可以少吃一点" in (await world.say("张姐", "血糖高能吃西瓜吗"))[0].delivery.text
        await world.close()

    asyncio.run(go())
