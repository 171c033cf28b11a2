"""您是想问 1 2 3: the choice that is offered, and the answer to it by number or in words."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from functools import partial
from typing import Any

from handlers.contract import Context, Handled, Handler, Happened, Incoming, What
from handlers.faq_reply import give, say
from handlers.matching import said
from handlers.services.knowledge import answers, cases
from handlers.services.knowledge.parts import QUESTION
from handlers.services.retrieval.text import bare
from storage.queries import questions

KIND = "choice"
WAITS = dt.timedelta(minutes=30)
LONGEST = 20
DIGITS = {sign: number for number, sign in enumerate("一二三四五六七八九", 1)} | {"两": 2}
NUMBER = re.compile(
    r"(?:我?(?:选择?|要|问的是|想问的?是?|是|就|回复|那就|应该是)+)?(?:第|编号)?\s*(?P<number>[0-9]{1,2}|[一二两三四五六七八九])\s*(?:个|号|项|条|题)?(?:问题)?"
    r"[,，\s]*(?:吧|呢|啊|呀|的|谢谢|医生|就行|就好|是的|对|[,，。!！\s])*"
)
EDGES = " \t\r\n。，、！？!?,.~～;；:：\"'“”‘’（）()【】[]<>《》"
NONE_OF_THEM = re.compile(
    r"(?:以上|上面|这些|这几个|这几条|哪个|里面|一个|我?看了)*都?(?:不是|不对|没有|不符合|不合适)(?:一个)?(?:这个|这些|是|对|的|我(?:要|想)?(?:问|找|要|想要|想知道)的?|我的(?:问题|意思))*(?:的|啊|呀|呢|哦|谢谢|问题)*"
)
SURE_NONE = re.compile(r".*都(?:不是|不对|不符合).*")
LAST = ("最后一个", "最后那个", "最后一项")
WHERE = re.compile(
    r"(?:我?(?:选|要|问的?是?|是|就))?(?:最)?(?P<place>前面?|上面?|后面?|下面?|中间|当中|头)(?:的|那|这|一)*(?:个|条|者|项|问题)(?:吧|的|呀|啊)*"
)
FRONT, MIDDLE = ("前", "上", "头"), ("中", "当")
MANY = re.compile(
    r"(?:第?[0-9一二三四五六七八九两](?:个|条|号)?[\s,，、和跟与]*){2,}(?:都(?:要|想问|想知道|是))?|(?:两个|三个|这几个|全部|全都?|都)(?:都)?(?:要|想问|想知道|想看|看看|是|问)?"
)
"""More than one at once: which one first has to be asked."""
KEYCAP = re.compile("[\ufe0f\u20e3]")
FEWEST = 2


@dataclass(frozen=True, slots=True)
class Picked:
    """What was chosen: an entry, none of them, or a number that is not there."""

    faq: str | None
    question: str
    most: int
    picture: bool = False
    wrong: bool = False


def offer(
    ctx: Context, msg: Incoming, place: int | None, ids: list[str], question: str, picture: bool = False
) -> tuple[str, Happened]:
    """Remember the choice; gives the lines that show it. `picture`: one came with the question, which staff must know."""
    data = {"ids": ids, "question": question, "picture": picture, "at": ctx.now.isoformat()}
    questions.ask(ctx.work, ctx.person_id, place, KIND, data, ctx.now + WAITS)
    titles = [ctx.index.library.faqs[one].question for one in ids]
    return ctx.words("faq/choices", titles=titles), Happened("faq_offered", {"faqs": ids}, ctx.person_id, msg.room_id)


def offered(ctx: Context, place: int | None) -> tuple[str, dt.datetime] | None:
    """(question, when) of the choice that waits in this place."""
    kind, data = ctx.question(place) or ("", {})
    return (data["question"], dt.datetime.fromisoformat(data["at"])) if kind == KIND and "at" in data else None


def match(ctx: Context, msg: Incoming) -> Picked | None:
    """An answer to the open choice. Unaddressed in a room only a number that is there, or 都不是."""
    text = KEYCAP.sub("", said(msg)).strip(EDGES)
    if msg.what is not What.TEXT or not text or len(text) > 2 * LONGEST:
        return None
    waiting = ctx.question(msg.room_id)
    if waiting is None or waiting[0] != KIND:
        return None
    picked = _picked(ctx, text, waiting[1])
    if picked is None or msg.addressed:
        return picked
    sure = SURE_NONE.fullmatch(text) if picked.faq is None else NUMBER.fullmatch(text)
    return picked if sure and not picked.wrong else None


def _picked(ctx: Context, text: str, data: dict[str, Any]) -> Picked | None:
    ids = data["ids"]
    most = len(ids) + 1
    picked = partial(Picked, question=data["question"], most=most, picture=data.get("picture", False))
    if len(text) <= LONGEST and (NONE_OF_THEM.fullmatch(text) or text in LAST):
        return picked(None)
    if (place := _placed(text, len(ids))) is not None:
        return picked(ids[place])
    if WHERE.fullmatch(text) or (len(text) <= LONGEST and MANY.fullmatch(text) and not NUMBER.fullmatch(text)):
        return picked(None, wrong=True)
    if len(text) <= LONGEST and (found := NUMBER.fullmatch(text)):
        number = DIGITS.get(found["number"]) or int(found["number"])
        if number > most or number < 1:
            return picked(None, wrong=True)
        return picked(ids[number - 1] if number < most else None)
    titles = [ctx.index.library.faqs[one].question if one in ctx.index.library.faqs else "" for one in ids]
    place = by_words(text, titles)
    return picked(ids[place]) if place is not None else None


def _placed(text: str, count: int) -> int | None:
    """前面那个 of two, 中间那个 of three; None when it could be more than one."""
    found = WHERE.fullmatch(text)
    if found is None:
        return None
    sign = found["place"][0]
    if sign in MIDDLE:
        return 1 if count == 3 else None
    return (0 if sign in FRONT else 1) if count == 2 else None


def by_words(text: str, titles: list[str]) -> int | None:
    """Which title is meant: its words, or a part of it that no other title has."""
    core = re.sub(r"(?:那个|这个|那条|的|吧)+$", "", bare(text))
    if len(core) < FEWEST:
        return None
    cleaned = [bare(title) for title in titles]
    if core in cleaned:
        return cleaned.index(core)
    if QUESTION.search(core):  # a new question, though its words stand in a title
        return None
    found = [number for number, title in enumerate(cleaned) if core in title]
    return found[0] if len(found) == 1 else None


def act(ctx: Context, msg: Incoming, picked: Picked) -> Handled | None:
    if picked.wrong:
        return Handled("ask_faq", (say(ctx, msg, ctx.words("faq/wrong_number", most=picked.most)),))
    questions.close(ctx.work, ctx.person_id, msg.room_id)
    if picked.faq is None:
        return cases.open_case(ctx, msg, _told(ctx, picked), "ask_faq")
    faq = ctx.index.library.faqs.get(picked.faq)
    if faq is None:  # withdrawn or expired since it was offered
        return cases.open_case(ctx, msg, _told(ctx, picked), "ask_faq", gone=True)
    happened = give(ctx, msg, faq, 1.0, picked.question)
    return Handled("ask_faq", (say(ctx, msg, answers.text(ctx.words, faq, rate=msg.private), faq),), (happened,))


def _told(ctx: Context, picked: Picked) -> str:
    return ctx.words("faq/picture_case", said=picked.question) if picked.picture else picked.question


CHOICE = Handler("ask_faq", match, act)
