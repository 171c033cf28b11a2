"""我的化名 小太阳, 不要化名: the name by which others see one; always in private. 排行: days done, by alias."""

from __future__ import annotations

import re
from dataclasses import dataclass

from handlers.companion import one_of_mine
from handlers.contract import Context, Handled, Handler, Incoming, What, privately, reply
from handlers.matching import keyword, said
from handlers.services.care import ranking
from handlers.services.care.challenges import called
from handlers.services.community import aliases
from playbooks.schema.challenge import Challenge

CHOOSE = re.compile(
    r"(?:我的)?化名(?:就?叫|是|改成|换成|用)?[\s:：]*(?P<name>.{0,20})|我(?:想|要)?(?:叫|用)化名[\s:：]*(?P<other>.{0,20})"
)
ASKS = re.compile(r"[?？]|什么|怎么|吗$|呢$|哪|几个|有没有|可以")
FILLER = re.compile(r"打卡|挑战|现在|我的?|的|\s")
BOARD = re.compile(r"(?:看看?|查)?(?P<before>.{0,20}?)(?:排行榜?|排名|榜单|排第几名?)[\s:：]*(?P<after>.{0,20})")


@dataclass(frozen=True, slots=True)
class Board:
    """Which challenge is asked about; None: the one that the asker is on."""

    challenge: Challenge | None


def choose_match(ctx: Context, msg: Incoming) -> str | None:
    found = CHOOSE.fullmatch(said(msg)) if msg.what is What.TEXT and msg.addressed else None
    return (found["name"] or found["other"] or "").strip() if found and not ASKS.search(msg.text) else None


def choose(ctx: Context, msg: Incoming, name: str) -> Handled:
    """In a room everybody would see whose it is: it is chosen in private."""
    if msg.room_id is not None:
        return _said(msg, ctx.words("challenge/alias_private"))
    if not name:
        return _said(msg, ctx.words("challenge/alias", alias=aliases.of(ctx.work, ctx.person_id), new=False))
    if (why := aliases.choose(ctx, name)) is not None:
        return _said(msg, ctx.words("challenge/alias_wrong", why=why, team=False))
    return _said(msg, ctx.words("challenge/alias", alias=name, new=True))


def drop(ctx: Context, msg: Incoming, matched: str) -> Handled:
    return _said(msg, ctx.words("challenge/alias_dropped", had=aliases.drop(ctx)))


def board_match(ctx: Context, msg: Incoming) -> Board | None:
    """排行 with the name of a challenge or nothing else; a ranking of hospitals is another matter."""
    found = BOARD.fullmatch(said(msg)) if msg.what is What.TEXT and msg.addressed else None
    if found is None:
        return None
    rest = FILLER.sub("", found["before"] + found["after"])
    challenge = called(ctx, said(msg)) or _part_of(ctx, rest)
    return Board(challenge) if challenge or not rest else None


def _part_of(ctx: Context, text: str) -> Challenge | None:
    """护眼 is enough, when it means one challenge only."""
    known = ctx.index.library.challenges.values()
    found = [one for one in known if len(text) > 1 and any(text in name for name in (one.title, *one.join))]
    return found[0] if len(found) == 1 else None


def board(ctx: Context, msg: Incoming, asked: Board) -> Handled:
    """In the place where it was asked for: there is nothing in it but aliases and days."""
    challenge = asked.challenge or one_of_mine(ctx, "")
    if challenge is None or challenge.show_others != "alias":
        return Handled("challenge", (reply(msg, ctx.words("challenge/no_ranking", found=challenge), by="challenge"),))
    places = ranking.ranking(ctx, challenge)
    mine = next((one for one in places[ranking.MOST :] if one.person_id == ctx.person_id), None)
    text = ctx.words(
        "challenge/ranking",
        title=challenge.title,
        rows=[(one.place, one.alias, one.done) for one in places[: ranking.MOST]],
        mine=mine if msg.private else None,
    )
    return Handled("challenge", (reply(msg, text, by="challenge"),))


def _said(msg: Incoming, text: str) -> Handled:
    return Handled("challenge", (privately(msg, text, by="challenge"),))


CHOOSE_ONE = Handler("challenge", choose_match, choose, needs_consent=True)
DROP = Handler("challenge", keyword("不要化名", "取消化名", "删除化名", "去掉化名"), drop, own=True)
RANKING = Handler("challenge", board_match, board)
