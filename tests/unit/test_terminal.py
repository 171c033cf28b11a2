"""The shell speaks Chinese, fits into eighty columns, and shows how far it is where somebody is looking."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console

from bot import cli, config
from bot.baselines import baselines
from bot.commands import asking, shared
from bot.explaining import explain
from bot.logs import configure
from handlers.index import Index
from handlers.services.retrieval import vectors
from playbooks.schema.load import load

SMALL = Path(__file__).parents[1] / "stories/small"


@pytest.fixture(autouse=True)
def logs_as_before() -> Iterator[None]:
    yield
    configure("info")


@pytest.mark.parametrize(
    ("line", "say"),
    [
        ("nosuch", "没有 nosuch 这个命令"),
        ("chek", "没有 chek 这个命令，您是不是想写 check"),
        ("ask", "少写了 text：患者会怎么问"),
        ("sign dm-fruit", "少写了 --who：审核人姓名"),
        ("ask 一 二", "多写了 二；一句话里有空格，请用引号括起来"),
        ("ask 一 --nope", "没有 --nope 这个选项"),
        ("ask 一 --room", "--room 后面要写内容"),
        ("ask 一 --why=1", "--why 后面不用写内容"),
        ("simulate --days abc", "--days 的值要写整数"),
        ("simulate --days 0", "--days 的值不能小于 1"),
        ("simulate --days 1000", "--days 的值不能大于 400"),
        ("check playbooks/drafts/x.yaml --lock", "草稿还会改，不登记"),
    ],
)
def test_a_slip_is_told_in_chinese(
    line: str, say: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["xinglin", *line.split()])
    with pytest.raises(SystemExit) as left:
        cli.main()
    told = capsys.readouterr().err
    assert left.value.code == 2 and told.startswith(f"写法有误：{say}") and "Invalid" not in told


def test_why_can_be_read_in_eighty_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = io.StringIO()
    monkeypatch.setattr(asking, "out", Console(file=screen, width=80))
    asking._explain(explain(Index.of(load(), config.load()), "血糖高能吃西瓜不"))
    lines = screen.getvalue().splitlines()
    assert max(map(cell_len, lines)) <= 80 and "…" not in screen.getvalue()
    assert "1. dm-watermelon" in screen.getvalue() and "拦住它的规则：食物（contrast-food）" in screen.getvalue()


def test_figures_have_chinese_names(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = io.StringIO()
    monkeypatch.setattr(shared, "out", Console(file=screen, width=80))
    shared.show({"hit1": 0.5, "baselines": {"bm25s": {"hit1": 0.4}}}, ("hit1", "baselines"), asking.CALLED)
    assert "第一名就对（hit@1）" in screen.getvalue() and "bm25s 第一名就对（hit@1） 0.4" in screen.getvalue()


@pytest.mark.parametrize("terminal", [True, False])
def test_encoding_is_shown_on_a_terminal_and_only_when_there_is_something_to_do(
    terminal: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    screens = [io.StringIO(), io.StringIO()]
    settings = config.load(None, {"faq": {"cache": str(tmp_path / "vectors.npz")}})
    for screen in screens:
        vectors.forget()
        monkeypatch.setattr(shared, "err", Console(file=screen, force_terminal=terminal, width=80))
        shared.encode(settings, load([SMALL]))
    assert ("第一次读问法" in screens[0].getvalue()) is terminal
    assert screens[1].getvalue() == "", "the cache knows them all"


def test_the_systems_compared_with_say_nothing(caplog: pytest.LogCaptureFixture) -> None:
    pytest.importorskip("bm25s")
    baselines(None)["bm25s + jieba"](["血糖高能吃西瓜吗", "高血压能喝酒吗"], ["能喝酒吗"])
    assert caplog.records == []
