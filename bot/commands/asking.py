"""Commands that try the retrieval: one question, or a set of them."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.commands.shared import ConfigOption, JsonOption, encode, group, load, out, pairs, print_json, progress, show

commands = group()


@commands.command()
def ask(
    text: Annotated[str, typer.Argument(help="患者会怎么问。")],
    room: Annotated[str | None, typer.Option(help="在哪个群里问；不写就是私聊。")] = None,
    why: Annotated[bool, typer.Option("--why", help="说明为什么：哪些词对上了、哪条规则拦住了、差多少。")] = False,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """试一句话：看由谁应答、答什么。"""
    from bot import wiring
    from bot.asking import ask as asking

    settings = load(config)
    found = asyncio.run(asking(settings, text, room, encode(settings, wiring.library(settings))))
    if as_json:
        print_json(found)
        return
    table = pairs()
    for title, value in (
        ("处理", found["route"]),
        ("条目", found["faq"] or "—"),
        ("相似度", found["score"] or "—"),
        ("相近", "、".join(f"{one['question']} {one['score']:.2f}" for one in found["candidates"]) or "—"),
        ("回答", found["answer"] or "（不出声）"),
    ):
        table.add_row(title, str(value))
    out.print(table)
    if why:
        _explain(found["why"])


PARTS = {"meaning": "意思", "words": "字面", "covered": "覆盖"}


def _explain(why: dict[str, Any]) -> None:
    """Each candidate: what its score is made of, the wording it came nearest by, what stands against it."""
    out.print(
        f"听成：{why['heard'] or '（空）'}\n结果：{why['outcome']}——{why['why']}（要 {why['needed']:.2f}）",
        markup=False,
    )
    for place, one in enumerate(why["candidates"], 1):
        made = "，".join(f"{title} {one['parts'][name]:.2f}" for name, title in PARTS.items() if name in one["parts"])
        heard = f"（听作 {one['heard']}）" if one["heard"] else ""
        shared, asked, theirs = ("、".join(one[name]) or "—" for name in ("shared", "only_asked", "only_phrasing"))
        lines = [
            f"{place}. {one['id']}　{one['score']:.2f}（要 {one['needed']:.2f}）{'：' if made else ''}{made}",
            f"   最像的问法：{one['phrasing']}{heard}",
            f"   对上：{shared}",
            f"   只有问话有：{asked}；只有问法有：{theirs}",
            *([f"   拦住它的规则：{one['objection']}"] if one["objection"] else []),
        ]
        out.print("\n".join(lines), markup=False, highlight=False)


@commands.command(name="eval")
def evaluate(
    folder: Annotated[Path, typer.Argument(help="含 faq.jsonl 等四个文件的文件夹。")],
    adjudicated: Annotated[list[Path] | None, typer.Option(help="复核过的标注（可写多个）。")] = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """在一组题上量一量检索：答对多少、错答多少，和几种简单办法比。"""
    from bot import wiring
    from bot.evaluate import evaluate as evaluating

    settings = load(config)
    with progress() as bar:
        found = evaluating(folder, wiring.library(settings), settings, adjudicated or (), bar("试问题"))
    if as_json:
        print_json(found)
    else:
        show(found, tuple(found), CALLED)


CALLED = {
    "set": "题组",
    "faqs": "条目",
    "phrasings": "问法",
    "queries_in": "有答案的题",
    "queries_out": "没有答案的题",
    "hit1": "第一名就对（hit@1）",
    "hit3": "前三名有对的（hit@3）",
    "mrr10": "平均倒数排名（MRR@10）",
    "answered_right": "直接答对",
    "answered_wrong": "答成别的",
    "clarified": "给出选项",
    "clarified_with_right": "给出的选项里有对的",
    "rest_with_right_choice": "没直接答的，选项里有对的",
    "abstained": "转给人",
    "answered_right_by_topic": "各类题直接答对",
    "false_answer": "错答率（false answers）",
    "false_answer_by_slice": "各类题错答率",
    "hard_negative": "很像但不是",
    "same_topic": "同类但没有答案",
    "disturbed": "打扰以后还剩（robustness）",
    "greeting": "加寒暄",
    "traditional": "写繁体",
    "homophone": "同音错字",
    "dropped": "漏字",
    "edits_answered": "改了意思仍被回答",
    "edits": "题数",
    "share": "比例",
    "baselines": "几种简单办法",
    "p50_ms": "一半的题用时（p50，毫秒）",
    "p99_ms": "99% 的题用时（p99，毫秒）",
    "build_s": "建索引（秒）",
    "encoder": "句子编码器",
    "thresholds": "门槛",
    "answer": "直接回答",
    "clarify": "给出选项",
    "short": "每短一个字加",
}
