"""Going on with a question that staff have in hand: 补充一下…, a quotation of the answer, a reply to what was asked back.

Only what plainly belongs to the case is taken here; an ordinary question first meets the FAQ, and what nobody took
meets `left_over`.
"""

from __future__ import annotations

import datetime as dt
import re

from handlers.contract import Context, Handled, Handler, Incoming, What
from handlers.matching import said
from handlers.services.knowledge import cases
from handlers.services.knowledge.courtesy import without_courtesy
from handlers.services.retrieval.text import plain
from storage.tables.staff import Case

LEADS = re.compile(
    r"^(?:我?(?:再|想|要)?(?:补充|追问|接着问|继续问)(?:一下|一句|一点|下|个问题)?|(?:关于|针对|还是)?(?:刚才|刚刚|上面|上次|之前)(?:那个|的|这个|问的那?个?)?问题"
    r"|我?(?:刚才|刚刚)问的|(?:回复|回答|回)(?:陈?医生|大夫|老师|您)[:： ,，]|第?\d{1,9}号(?:的)?问题)"
)
NUMBER = re.compile(r"第?(\d{1,9})号(?:的)?问题")
ASKS_BACK = re.compile(r"[?？]\s*$|(?:吗|呢|多少|几次|几天|多久|哪里|哪边|哪个|什么|没有|怎么样)[。. ]*$")
BACK_WITHIN = dt.timedelta(hours=2)
LONGEST = 40
QUESTION = re.compile(
    r"[?？吗呢]|怎么|什么|能不能|可不可以|多少|要不要|打卡|提醒|参加|退出|学完|人工|继续|跳过|^#|^[0-9]$|^[一二三]$"
)
GOES_ON = re.compile(
    r"^(?:那|这个?|这样|它|另外|还有|而且|就是|对了|忘了说|还|也|又|再|然后|不过|但是?|可是?|如果|要是|万一|所以|按您|照您|您说|医生说|上次|刚才)"
)
SHORT = 8
RIGHT_AFTER = dt.timedelta(minutes=30)
"""是餐后的 so long after an answer is a reply to it; later it may be anything."""


def match(ctx: Context, msg: Incoming) -> Case | None:
    """The case that this message plainly belongs to."""
    if msg.what is not What.TEXT or not msg.addressed or not msg.text or ctx.roles:
        return None
    lead, quoted = LEADS.match(without_courtesy(said(msg))), len(msg.quote) > 1
    if not lead and not quoted and (QUESTION.search(msg.text) or len(msg.text) > LONGEST or not msg.private):
        return None
    case = cases.belongs_to(ctx, msg)
    if case is None or ctx.question(msg.room_id) is not None:
        return None
    if quoted:
        return case if _quotes(case, msg.quote) else None
    if lead:
        named = NUMBER.match(without_courtesy(said(msg)))
        return case if named is None or int(named[1]) == case.id else None
    return case if _asked_back(ctx, case) else None


def _quotes(case: Case, quote: str) -> bool:
    """The quoted message is our notice of the case, its answer, or the question itself."""
    quoted = plain(quote)
    parts = [plain(one)[:60] for one in (case.answer, case.question) if one]
    return bool(re.search(rf"(?<!\d){case.id} 号", quote)) or any(len(one) >= 4 and one in quoted for one in parts)


def _asked_back(ctx: Context, case: Case) -> bool:
    """Staff have answered with a question not long ago: 您是饭前还是饭后测的？"""
    if case.state != "answered" or case.answer is None or case.answered_at is None:
        return False
    return ctx.now - case.answered_at <= BACK_WITHIN and bool(ASKS_BACK.search(plain(case.answer)))


def left_over(ctx: Context, msg: Incoming, asks: bool, tells: bool) -> Handled | None:
    """What nobody else took, when it goes on with a case; a question that stands on its own does not.

    `asks`: it is a question. `tells`: it says enough, or of being unwell, to be a case of its own.
    """
    case = cases.belongs_to(ctx, msg)
    if case is None or case.state == "closed":
        return None
    last = max(filter(None, (case.opened_at, case.waiting_since, case.answered_at)))
    core = without_courtesy(said(msg))
    linked, recent = bool(GOES_ON.match(core)), ctx.now - last <= BACK_WITHIN
    if case.state == "open":
        goes_on = recent and (linked or (tells and not asks))
    elif asks:
        goes_on = linked or (recent and len(core) <= SHORT)
    else:
        goes_on = tells or linked or ctx.now - last <= RIGHT_AFTER
    return cases.go_on(ctx, msg, case, "go_on") if goes_on else None


def act(ctx: Context, msg: Incoming, case: Case) -> Handled:
    return cases.go_on(ctx, msg, case, "go_on")


SAYS_SO = Handler("go_on", match, act)
