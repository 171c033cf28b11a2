"""#试验: what is tried on whom, what came of it in honest words, stopping it, taking the winner for everybody."""

from __future__ import annotations

from handlers.admin.grammar import EVERYBODY, MANAGERS, Command, said
from handlers.contract import Context, Handled, Happened, Incoming
from handlers.services.community import experiments
from playbooks.schema.experiment import Experiment

STATES = {"planned": "还没开始", "running": "进行中", "stopped": "停了", "won": "已采用", "over": "到期了"}


def trials(ctx: Context, msg: Incoming, rest: str) -> Handled:
    """All of them; `停 编号`; `采用 编号 组名`."""
    word, _, after = rest.partition(" ")
    if word in ("停", "停掉", "采用", "用"):
        return _change(ctx, msg, word, after.strip())
    rows = [_row(ctx, one) for _, one in sorted(ctx.index.library.experiments.items())]
    return said(ctx, msg, "experiment/all", rows=rows)


def _row(ctx: Context, one: Experiment) -> dict[str, object]:
    found = experiments.seen(ctx, one)
    return {
        "experiment": one,
        "state": STATES[experiments.state(ctx, one)],
        "running": experiments.state(ctx, one) == "running",
        "arms": found,
        "verdict": experiments.judge(found),
    }


def _change(ctx: Context, msg: Incoming, word: str, rest: str) -> Handled:
    name, _, arm_name = rest.partition(" ")
    one = ctx.index.library.experiments.get(name)
    if one is None or not ctx.roles & MANAGERS:
        return said(
            ctx,
            msg,
            "experiment/which",
            name=name,
            known=sorted(ctx.index.library.experiments),
            may=bool(ctx.roles & MANAGERS),
        )
    if word in ("停", "停掉"):
        experiments.settle(ctx, one, "stopped")
        handled = said(ctx, msg, "experiment/changed", experiment=one, arm=experiments.control(one), stopped=True)
        return Handled(
            handled.by, handled.replies, (Happened("experiment_stopped", {"experiment": one.id, "by": ctx.person_id}),)
        )
    arm = next((one_arm for one_arm in one.arms if arm_name.strip() in (one_arm.name, one_arm.use)), None)
    if arm is None:
        return said(ctx, msg, "experiment/which_arm", arms=[one_arm.name for one_arm in one.arms], name=one.id)
    experiments.settle(ctx, one, "won", arm.use)
    handled = said(ctx, msg, "experiment/changed", experiment=one, arm=arm, stopped=False)
    return Handled(
        handled.by, handled.replies, (Happened("experiment_settled", {"experiment": one.id, "by": ctx.person_id}),)
    )


COMMANDS = (
    Command(
        "试验",
        EVERYBODY,
        "#试验 采用 newcomer-words 短的",
        "看各试验的结果和还差多少人；停掉，或让所有人都用胜出的一组",
        trials,
    ),
)
