"""Several short lines within a few seconds are one question: 我妈 / 糖尿病 / 能吃西瓜吗.

A line that is no question yet waits in silence. The next line takes it along; when nothing more comes, it is answered as
it stands. What waits lies sealed in the database, so that a restart forgets nothing.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

from handlers.contract import Context, Handled, Handler, Incoming, What
from handlers.matching import EDGES
from handlers.services.knowledge.parts import QUESTION
from handlers.services.retrieval.engine import Zone
from handlers.services.retrieval.text import bare, plain
from storage.queries import due, questions

KIND = "burst"
PLACE = -2
"""A place of its own beside the private chat: what waits pushes out no open question."""
WAIT = dt.timedelta(seconds=6)
TOGETHER = dt.timedelta(seconds=8)
PICTURE_COUNTS = dt.timedelta(minutes=2)
KEPT = dt.timedelta(days=1)
LINES = 6
FRAGMENT = 11
"""Characters after cleaning; a longer line says enough to be judged by itself."""

SUBJECT = re.compile(
    r"^(?:我|俺|咱)?(?:家|们)?(?:老)?(?:妈|爸|母亲|父亲|爹|娘|奶奶|爷爷|姥姥|姥爷|外公|外婆|公公|婆婆|老公|老婆|爱人|媳妇|丈夫|妻子|儿子|女儿|闺女|孩子|小孩|宝宝|孙子|孙女|哥|姐|弟|妹|老人)"
)
WITHOUT_MEANING = re.compile(r"^(?:我|俺)?(?:的)?(?:妈妈?|爸爸?|母亲|父亲|老公|老婆|爱人|丈夫|妻子|家里人|家人)$")
UNWELL = re.compile(
    r"[疼痛血吐晕喘肿烧麻死怕累撑痒胀咳](?![糖压脂])|难受|不舒服|害怕|没劲|没力|不安全|没人管|投诉|删|导出|注销"
)
ASKS = re.compile(r"[?？]|能.{1,12}$|可以.{0,12}$|请问.|咨询.")
OPENING_ONLY = re.compile(
    r"^(?:我)?(?:想|要)?(?:请教|请问|咨询|问|麻烦问|打扰|帮我看看|想问)(?:一下|下|个问题|一个问题|问题)?$"
)


@dataclass(frozen=True, slots=True)
class Held:
    """What this person wrote just before, in private, and whether a picture came in this place."""

    lines: tuple[str, ...] = ()
    picture: bool = False

    def before(self, said: str) -> str:
        """The lines and `said` as one question; a line that only says whose question it is adds nothing."""
        told = [one for one in self.lines if bare(one) and not _empty(one)]
        return "，".join([*told, said]) if told else said


def _empty(line: str) -> bool:
    return bool(WITHOUT_MEANING.match(bare(line)) or OPENING_ONLY.match(plain(line).strip(EDGES)))


def held(ctx: Context, msg: Incoming) -> Held:
    """What belongs to this message although it came before it."""
    data = _kept(ctx)
    lines = data["lines"] if msg.private else []
    fresh = bool(lines) and ctx.now - dt.datetime.fromisoformat(lines[-1]["at"]) <= TOGETHER
    seen = data["pictures"].get(str(msg.room_id or 0))
    picture = seen is not None and ctx.now - dt.datetime.fromisoformat(seen) <= PICTURE_COUNTS
    return Held(tuple(one["said"] for one in lines) if fresh else (), picture)


def take(ctx: Context, msg: Incoming) -> None:
    """What was held is part of an answer now."""
    questions.close(ctx.work, msg.person_id, PLACE)
    due.cancel(ctx.work, KIND, msg.person_id, ctx.now, "joined")


def picture_seen(ctx: Context, msg: Incoming) -> None:
    """A picture without words: the question about it may follow."""
    data = _kept(ctx)
    _keep(ctx, data | {"pictures": {str(msg.room_id or 0): ctx.now.isoformat()}})


def _kept(ctx: Context) -> dict[str, Any]:
    waiting = ctx.question(PLACE)
    return waiting[1] if waiting and waiting[0] == KIND else {"lines": [], "pictures": {}}


def _keep(ctx: Context, data: dict[str, Any]) -> None:
    questions.ask(ctx.work, ctx.person_id, PLACE, KIND, data, ctx.now + KEPT)


def match(ctx: Context, msg: Incoming) -> bool | None:
    """A fragment in private: short, of something we know, and no question."""
    if msg.what is not What.TEXT or not msg.private or ctx.roles or msg.has_image:
        return None
    return True if unfinished(ctx, msg.text) else None


def unfinished(ctx: Context, text: str) -> bool:
    """我妈, 糖尿病, 换膝以后, 我想问一下: more is likely to follow."""
    core = bare(text)
    if OPENING_ONLY.match(text.strip(EDGES)):
        return True
    if len(core) > FRAGMENT or not core or UNWELL.search(core) or ASKS.search(text) or QUESTION.search(core):
        return False
    if SUBJECT.match(core):
        return True
    return bool(ctx.index.concepts.spans(core)) and ctx.index.faq.find(text).zone is not Zone.ANSWER


def hold(ctx: Context, msg: Incoming, matched: bool) -> Handled:
    """In silence; the clock starts anew with every line."""
    data = _kept(ctx)
    line = {"said": msg.said, "at": ctx.now.isoformat(), "inbox": msg.inbox_id}
    _keep(ctx, data | {"lines": [*data["lines"], line][-LINES:]})
    due.cancel(ctx.work, KIND, ctx.person_id, ctx.now, "more")
    key, person = f"burst:{ctx.person_id}:{msg.inbox_id}", ctx.person_id
    due.plan(ctx.work, [due.slot(key, KIND, ctx.now + WAIT, ref=person, person_id=person)])
    return Handled("burst")


def room_picture_match(ctx: Context, msg: Incoming) -> bool | None:
    return True if msg.what is What.IMAGE and not msg.private and not msg.text else None


def room_picture(ctx: Context, msg: Incoming, matched: bool) -> Handled:
    """Nothing is said to a picture in a room; only that there was one is remembered for two minutes."""
    picture_seen(ctx, msg)
    return Handled("burst")


HOLD = Handler("burst", match, hold)
ROOM_PICTURE = Handler("burst", room_picture_match, room_picture)
