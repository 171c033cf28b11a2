"""Commands about the community: making anew what follows from the log, and learning who may leave."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from bot.commands.shared import ConfigOption, JsonOption, group, load, out, print_json, progress

commands = group()


@commands.command()
def rebuild(config: ConfigOption = None) -> None:
    """从事件重新算出积分账、荣誉、分群和每天的次数；结果应当和原来一样。先停掉杏林再运行。"""
    from bot import wiring
    from handlers.services.community.rebuild import rebuild as rebuilding

    settings = load(config)
    database = wiring.open_database(settings)
    with progress() as bar, database.transaction() as work:
        count = rebuilding(work, settings.community, bar("重算"))
    database.close()
    out.print(f"从 {count} 条事件重新算好了。")


@commands.command()
def metrics(
    days: Annotated[int, typer.Option(min=1, max=400, help="到今天为止的多少天。")] = 30,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """社群的各项指标；怎么算写在 docs/社群运营.md。"""
    import dataclasses
    import datetime as dt

    from bot import wiring
    from bot.clock import SystemClock
    from bot.desk import today
    from handlers.services.community.metrics import measure

    settings = load(config)
    database, clock = wiring.open_database(settings), SystemClock()
    desk = wiring.desk(settings, database, clock)
    last = today(settings, clock)
    with database.reading() as work:
        found = measure(desk.scene(work), last - dt.timedelta(days=days - 1), last)
    database.close()
    if as_json:
        print_json(dataclasses.asdict(found))
    else:
        out.print(desk.words("metrics/all", now=found), markup=False, highlight=False)


@commands.command()
def churn(
    train: Annotated[bool, typer.Option("--train", help="用本社群的历史重新学一遍，并换上新的分数。")] = False,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """流失风险的分数怎么来：写明的加分，或从历史学到的；--train 重新学，并给出准不准。"""
    from bot import wiring
    from bot.clock import SystemClock
    from bot.desk import today
    from bot.learning import train as training
    from handlers.services.community import churn as churning
    from storage.queries import staff

    settings = load(config)
    database = wiring.open_database(settings)
    clock = SystemClock()
    if train:
        with progress() as bar:
            found = training(database, clock.now(), today(settings, clock), bar("学习"))
        if as_json:
            print_json(found)
        else:
            out.print(f"用了 {found['rows']} 行，其中 {found['left']} 行后来走了。")
            out.print(f"排序（AUC）{found['auc']}，误差（Brier）{found['brier']}，全猜平均数是 {found['brier_base']}。")
            out.print(_calibration(found["calibration"]))
    else:
        with database.reading() as work:
            learned = staff.setting(work, churning.MODEL)
        weights = learned["weights"] if learned else {one.name: one.weight for one in churning.SIGNALS}
        if as_json:
            print_json({"learned": bool(learned), "weights": weights})
        else:
            out.print(_weights(weights, bool(learned)))
    database.close()


def _calibration(rows: list[tuple[float, float, int]]) -> Table:
    table = Table("从低到高五份", "说会走", "真的走了", "行数")
    for number, (said, happened, count) in enumerate(rows, 1):
        table.add_row(str(number), f"{said:.0%}", f"{happened:.0%}", str(count))
    return table


def _weights(weights: dict[str, float], learned: bool) -> Table:
    from handlers.services.community.churn import SIGNALS

    table = Table("信号", "从历史学到的权重" if learned else "加几分（历史够了可用 --train 学）")
    for one in SIGNALS:
        table.add_row(f"{one.fact} ≥ {one.at_least:g}", f"{weights[one.name]:.2f}".rstrip("0").rstrip("."))
    return table
