"""Several short lines within a few seconds are one question: 我妈 / 糖尿病 / 能吃西瓜吗.

A line that is no question yet waits in silence. The next line takes it along; when nothing more comes, it is answered as
it stands, or asked back once, and then it is a person's to answer: nothing that waited is lost. It lies sealed in the
database, so that a restart forgets nothing.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from handlers.contract import Context, Handled, Handler, Incoming, What
from handlers.services.knowledge.heard import heard
from handlers.services.knowledge.parts import QUESTION, TOPIC
from handlers.services.retrieval.outcome import Zone
from handlers.services.retrieval.text import bare, plain
from storage.queries import due, questions

KIND = "burst"
PLACE = -2
"""A place of its own beside the private chat: what waits pushes out no open question."""
WAIT = dt.timedelta(seconds=6)
TOGETHER = dt.timedelta(seconds=8)
PICTURE_COUNTS = dt.timedelta(minutes=2)
LISTENS = dt.timedelta(minutes=10)
"""After 您接着说 so much time for the rest of the question."""
KEPT = dt.timedelta(days=30)
"""Longer than any stop of the process: what is due is looked at first."""
LINES = 6
"""A line more, and all are judged at once."""
FRAGMENT = 11
"""Characters after cleaning; a longer line says enough to be judged by itself."""

SCENE = "contrast-place"
"""Where somebody is (我还在家里等着) begins no question."""
SUBJECT = re.compile(
    r"^(?:我|俺|咱)?(?:家|们)?(?:老)?(?:妈|爸|母亲|父亲|爹|娘|奶奶|爷爷|姥姥|姥爷|外公|外婆|公公|婆婆|老公|老婆|爱人|媳妇|丈夫|妻子|儿子|女儿|闺女|孩子|小孩|宝宝|孙子|孙女|哥|姐|弟|妹|老人)"
)
WITHOUT_MEANING = re.compile(r"^(?:我|俺)?(?:的)?(?:妈妈?|爸爸?|母亲|父亲|老公|老婆|爱人|丈夫|妻子|家里人|家人)$")
UNWELL = re.compile(
    r"[疼痛血吐晕喘肿烧麻死怕累撑痒胀咳](?![糖压脂])|难受|不舒服|害怕|没劲|没力|不安全|没人管|投诉|删|导出|注销"
)
ASKS = re.compile(r"[?？]|能.{1,12}$|可以.{0,12}$|请问.|咨询.")
SIGNS = re.compile(r"[\s。，、！？!?,.~～;；:：…]+")
OPENING_ONLY = re.compile(
    r"^(?:好的?|嗯|谢谢|感谢|医生|大夫|老师|那|请问|不好意思|打扰|您|你|啊|了)*"
    r"(?:我)?(?:还|再|又|就|是|也)*(?:想|要|有)?(?:再|来)?(?:请教|请问|咨询|麻烦问|打扰|帮我看看|想问|问|个|一个|几个|两个)"
    r"(?:您|你|医生|大夫)?(?:一?下|一?个|几个|两个|些)?(?:小|别的|其他)?(?:问题|事情?|情况)?(?:想|要)?(?:再)?(?:请教|咨询|问)?(?:一?下|您|你|医生|大夫)*$"
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
    return bool(WITHOUT_MEANING.match(bare(line)) or opening(line))


def opening(line: str) -> bool:
    """我想问一下, 谢谢医生，还有一个问题: nothing is asked yet."""
    return bool(OPENING_ONLY.match(SIGNS.sub("", plain(line))))


def empty(lines: Sequence[str]) -> bool:
    """Whether lines say nothing that a person could answer."""
    return all(_empty(one) for one in lines)


def held(ctx: Context, msg: Incoming) -> Held:
    """What belongs to this message although it came before it."""
    data = _kept(ctx)
    lines = data["lines"] if msg.private else []
    within = LISTENS if data.get("asked_back") else TOGETHER
    fresh = bool(lines) and ctx.now - dt.datetime.fromisoformat(lines[-1]["at"]) <= within
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
    keep(ctx, data | {"pictures": {str(msg.room_id or 0): ctx.now.isoformat()}})


def _kept(ctx: Context) -> dict[str, Any]:
    waiting = ctx.question(PLACE)
    return waiting[1] if waiting and waiting[0] == KIND else {"lines": [], "pictures": {}}


def keep(ctx: Context, data: dict[str, Any]) -> None:
    questions.ask(ctx.work, ctx.person_id, PLACE, KIND, data, ctx.now + KEPT)


def match(ctx: Context, msg: Incoming) -> bool | None:
    """A fragment in private: short, of something we know, and no question."""
    if msg.what is not What.TEXT or not msg.private or ctx.roles or msg.has_image or msg.quote:
        return None
    if len(_kept(ctx)["lines"]) >= LINES:
        return None
    return True if unfinished(ctx, msg.text) else None


def unfinished(ctx: Context, text: str) -> bool:
    """我妈, 糖尿病, 换膝以后, 我想问一下: more is likely to follow."""
    if opening(text):
        return True
    text = heard(text)
    core = bare(text)
    if len(core) > FRAGMENT or not core or UNWELL.search(core) or TOPIC.search(core):
        return False
    if ASKS.search(text) or QUESTION.search(core):
        return False
    if SUBJECT.match(core):
        return True
    names = any(one.group != SCENE for one in ctx.index.concepts.spans(core))
    return names and ctx.index.faq.find(text).zone is not Zone.ANSWER


def hold(ctx: Context, msg: Incoming, matched: bool) -> Handled:
    """In silence; the clock starts anew with every line."""
    data = _kept(ctx)
    line = {"said": msg.said, "at": ctx.now.isoformat(), "inbox": msg.inbox_id}
    keep(ctx, data | {"lines": [*data["lines"], line], "asked_back": False})
    due.cancel(ctx.work, KIND, ctx.person_id, ctx.now, "more")
    wait(ctx, f"burst:{ctx.person_id}:{msg.inbox_id}", WAIT)
    return Handled("burst")


def wait(ctx: Context, key: str, span: dt.timedelta) -> None:
    """Look again when nothing more has come by then."""
    person = ctx.person_id
    due.plan(ctx.work, [due.slot(key, KIND, ctx.now + span, ref=person, person_id=person)])


def room_picture_match(ctx: Context, msg: Incoming) -> bool | None:
    return True if msg.what is What.IMAGE and not msg.private and not msg.text else None


def room_picture(ctx: Context, msg: Incoming, matched: bool) -> Handled:
    """Nothing is said to a picture in a room; only that there was one is remembered for two minutes."""
    picture_seen(ctx, msg)
    return Handled("burst")


HOLD = Handler("burst", match, hold)
ROOM_PICTURE = Handler("burst", room_picture_match, room_picture)
