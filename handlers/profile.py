"""Answers to the profile questions: by number, in words, skipped, taken up again."""

from __future__ import annotations

import re
from dataclasses import replace

from handlers import chat, choice
from handlers.contract import Context, Handled, Handler, Incoming, What, privately
from handlers.matching import keyword, said
from handlers.services.care import journeys, profiles
from handlers.services.retrieval.outcome import Zone
from playbooks.schema.journey import Ask, Step
from storage.queries import questions

SKIP = {"跳过", "不想说", "不方便说", "下一个", "略过"}
QUESTION_LIKE = re.compile(
    r"[?？]\s*$|[吗呢么]$|(?:怎么办|咋办|怎么回事|怎么样|为什么|为啥|多久|多少|行不行|好不好|可以不|能不)$|^(?:请问|能不能|可不可以|可以)"
)
WISH = re.compile(
    r"^(?:我|俺|就|主要|最|还)*(?:想|希望|盼|学|了解|知道|交流|得到|得|帮|多|少|早|让|把|有人|没有|没啥|没什么|随便|都)"
)
ANSWERS = frozenset({"ask_faq", "fallback"})
AGAIN = "profile:again"
"""In an enrolment's progress: the question was asked again after an answer."""

GO_ON, NAMED = keyword("继续", "继续答", "接着答"), keyword("完善资料", "健康档案", "我的档案")

Waiting = tuple[int, Step, int]


def _waiting(ctx: Context, msg: Incoming) -> Waiting | None:
    """(enrolment id, step, question number) that waits for this person in private."""
    if not msg.private or msg.what is not What.TEXT:
        return None
    waiting = ctx.question(None)
    if waiting is None or waiting[0] != profiles.KIND:
        return None
    found = journeys.open_task(ctx, ctx.person_id, "profile")
    return (waiting[1]["enrolment"], found[1], waiting[1]["number"]) if found else None


def _asked(waiting: Waiting) -> Ask:
    _, step, number = waiting
    if step.task is None:
        raise LookupError(step.id)
    return step.task.ask[min(number, len(step.task.ask) - 1)]


def choice_match(ctx: Context, msg: Incoming) -> tuple[Waiting, str | None] | None:
    """A number or a choice's words for a question with choices, or 跳过."""
    waiting = _waiting(ctx, msg)
    if waiting is None:
        return None
    if said(msg) in SKIP:
        return waiting, None
    chosen = profiles.choice_of(_asked(waiting).choices, msg.text)
    return (waiting, chosen) if chosen else None


def free_match(ctx: Context, msg: Incoming) -> tuple[Waiting, str | None] | None:
    """A sentence that is no question of the writer's own and no word of being unwell, for a question without choices."""
    waiting = _waiting(ctx, msg)
    if waiting is None or _asked(waiting).choices or len(said(msg)) < 2 or _wants_an_answer(ctx, msg):
        return None
    return waiting, said(msg)


def _wants_an_answer(ctx: Context, msg: Incoming) -> bool:
    """白内障术后能洗头 is a question, 想知道怎么控糖 or 希望膝盖不疼 a wish."""
    if (
        QUESTION_LIKE.search(said(msg))
        or QUESTION_LIKE.search(msg.text)
        or ctx.index.faq.find(msg.text).zone is Zone.ANSWER
    ):
        return True
    return not WISH.match(said(msg)) and bool(chat.QUESTION.search(said(msg)) or chat.UNWELL.search(msg.text))


def again(ctx: Context, msg: Incoming, handled: Handled) -> Handled:
    """What had to wait while the person was answered is asked once more, and not a third time."""
    before = ctx.question(None) if msg.private and handled.replies and handled.by in ANSWERS else None
    if before is None or before[0] not in (profiles.KIND, choice.KIND) or ctx.person.life:
        return handled
    now = questions.open_one(ctx.work, ctx.person_id, None, ctx.now)
    found = journeys.open_task(ctx, ctx.person_id, "profile") if now is None or now[0] == profiles.KIND else None
    if found is None or found[0].progress.get(AGAIN):
        return handled
    enrolment, step = found
    enrolment.progress = {**enrolment.progress, AGAIN: True}
    ctx.work.add(enrolment)
    text = ctx.words("journey/profile_again", question=profiles.first_question(ctx, ctx.person, enrolment, step))
    return replace(handled, replies=(*handled.replies, privately(msg, text, by="profile")))


def answered(ctx: Context, msg: Incoming, found: tuple[Waiting, str | None]) -> Handled:
    waiting, value = found
    enrolment_id, step, number = waiting
    if value is not None:
        profiles.keep(ctx, msg, _asked(waiting), value)
    following = profiles.next_number(ctx, ctx.person_id, step, number)
    if following is not None:
        text = profiles.open_question(ctx, ctx.person_id, enrolment_id, step, following)
        return Handled("profile", (privately(msg, text, by="profile"),))
    questions.close(ctx.work, ctx.person_id, None)
    done, events, more = journeys.task_done(ctx, ctx.person_id, "profile")
    text = ctx.words("journey/profile_done", name=ctx.person.name, task=done)
    return Handled("profile", (privately(msg, text, by="profile"), *more), tuple(events))


def resume_match(ctx: Context, msg: Incoming) -> str | None:
    """继续 while questions are open; the profile called by its name at any time."""
    if (named := NAMED(ctx, msg)) is not None:
        return named
    going_on = GO_ON(ctx, msg)
    return going_on if going_on and journeys.open_task(ctx, ctx.person_id, "profile") else None


def resume(ctx: Context, msg: Incoming, matched: str) -> Handled | None:
    found = journeys.open_task(ctx, ctx.person_id, "profile")
    if found is None:
        return None
    text = profiles.first_question(ctx, ctx.person, *found)
    return Handled("profile", (privately(msg, text, by="profile"),))


CHOICE = Handler("profile", choice_match, answered, needs_consent=True)
FREE_TEXT = Handler("profile", free_match, answered, needs_consent=True)
RESUME = Handler("profile", resume_match, resume, needs_consent=True)
