"""A short follow-up (那孕妇呢, 晚上也可以吗, 多久一次呢) made whole with the question before it.

Only words change places here; whether anything may answer the whole question is the engine's and its guards' to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ahocorasick_rs import AhoCorasick, MatchKind

from handlers.services.retrieval.guards import CHOICE, IDIOM, NEGATION
from handlers.services.retrieval.text import bare

LONGEST = 14
WHO = "contrast-person"
"""A person's word says who asks; it never takes a disease's place, or the condition would be lost."""
FRAIL = {"孕妇", "月子", "孩子", "婴儿"}
"""What holds for others may not hold for them."""
WHEN = "contrast-stage"
"""术前 takes the place of 术后, not of 晚上: only words that share a character are alternatives."""
ASPECT = "aspect-question"
DRUG = "contrast-drug"
SUBJECTS = {"contrast-disease", "contrast-group", DRUG}
NO_SUBJECT = {"怀孕", "疫苗", "晕车"}
"""Named among the groups of the ill, but no illness that a question could be about."""
CONDITIONS = {WHO, WHEN, *SUBJECTS, "contrast-side"}
"""What may be put in front of a question that names nothing of the kind; another food in front would be nonsense."""

LEAD = re.compile(r"^(?:那么|那|要是|如果|假如|换成|换做|换作|改成|还有|另外|然后|再问|想问|请问|是)+")
SIGNAL = re.compile(r"^(?:那|要是|如果|假如|换成|换做|换作|改成)|呢$|也|一样")
VERB = re.compile(r"[吃喝抽吸打测做戴洗用滴练走量查泡敷]")
FUNCTION = re.compile(
    r"能不能|可不可以|行不行|好不好|可以|怎么样|咋样|同样|一样|这样|这么|的话|时候|我妈|我爸|我家|我们|病人|患者"
    r"|[那也都呢吗么嘛啊呀吧的人行能好是了我会要还不吃喝用做测戴打过有里家期间]"
)
HOW = re.compile(
    r"(?:多久|多长时间|隔多久|几天|几个月|几次|几点|几分钟|几个?小时|什么时候|啥时候|多少|怎么|咋|为什么|为啥|原因|严重|要紧|注意什么|注意啥)"
)
HOW_ONLY = re.compile(
    r"(?:一般|大概|要|能|每次|一次|一天|每天|每周|一周|一个月|得|该|应该|是|会|吃|喝|做|测|查|用|打|滴|戴|洗|练|走|复查|弄|办|治|处理|最多|最好"
    r"|才|好|行|合适|不|了|呢|吗|啊|呀|的|有|次|天|回|遍|钟|分|量)*"
)
CHECK_UP = "复查"
"""Is of the illness, not of what was asked of it."""
QUESTION_WORDS = re.compile(
    r"能不能|可不可以|要不要|会不会|是不是|有没有|行不行|好不好|什么时候|啥时候|多长时间|多久|怎么办|怎么样|怎么|咋办|咋|如何|为什么|为啥|几次|几天|几分钟|几个?小时|多少"
    r"|可以|合适|(?:吗|呢|么|不|啊|呀)$|能(?=[吃喝用做戴洗打测泡练走])"
)
ASKED = re.compile(
    r"^(?:那|要是|如果|假如|万一)|(?:呢|吗|么|吧|可以|要紧|怎么办|咋办|怎么样|会怎样|行不行|可不可以|要不要紧)$"
)
DENIAL = ("denial", "不")
SHORT = 7
TAIL = re.compile(r"(?:不|没|没有)[啊呢呀]?$")
DANGLING = re.compile(r"^(?:那|换成|要是|如果)(?!个|些|里|边|时|天|位|么).{1,10}?(?:呢|吗|行不行|可以不)?$")


@dataclass(frozen=True, slots=True)
class Span:
    """Where a text names a concept of a group."""

    group: str
    concept: str
    start: int
    stop: int

    def meets(self, others: Iterable[tuple[int, int]]) -> bool:
        return any(self.start < stop and start < self.stop for start, stop in others)


class Concepts:
    """Finds the concepts of all groups (group → concept → spellings) in a cleaned text."""

    def __init__(self, groups: Mapping[str, Mapping[str, Sequence[str]]]) -> None:
        self._finders: list[tuple[str, list[str], AhoCorasick]] = []
        for group, concepts in groups.items():
            pairs = [(word.lower(), name) for name, words in concepts.items() for word in words]
            finder = AhoCorasick([word for word, _ in pairs], matchkind=MatchKind.LeftmostLongest)
            self._finders.append((group, [name for _, name in pairs], finder))

    def spans(self, text: str) -> list[Span]:
        """Every concept named; within a group the longest spelling counts."""
        return [
            Span(group, names[number], start, stop)
            for group, names, finder in self._finders
            for number, start, stop in finder.find_matches_as_indexes(text)
        ]

    def named(self, text: str) -> frozenset[tuple[str, str]]:
        """(group, concept) of everything that a text names."""
        return frozenset((one.group, one.concept) for one in self.spans(text))


def combine(previous: str, now: str, groups: Concepts) -> str | None:
    """The full question that `now` means after `previous`; None when it is no follow-up, or asks nothing new."""
    before, said = bare(previous), bare(now)
    said = said if not (lead := LEAD.match(said)) or lead.end() < len(said) else ""
    if not before or not said or len(said) > LONGEST:
        return None
    core = LEAD.sub("", said)
    spans = things(core, groups)
    if denies(core):
        return _denied(before, said, core, spans, groups)
    if spans and _only(core, spans) and _leans(said, core, spans):
        return _swapped(before, core, spans, groups)
    if not spans and HOW.search(core) and not HOW_ONLY.sub("", HOW.sub("", core)):
        stem = carried(before, CONDITIONS, groups) if CHECK_UP in core else QUESTION_WORDS.sub("", before)
        return f"{stem}{core}" if stem and stem != before else f"{before}{core}"
    return None


def _denied(before: str, said: str, core: str, spans: Sequence[Span], groups: Concepts) -> str | None:
    """那孕妇不打呢: what was asked, and after it the denial as it stands, for it must not be lost."""
    rest = NEGATION.sub("", core)
    short = said != core and len(core) <= SHORT and not conditions(core, groups)
    if not ASKED.search(said) or not (short or _only(rest, groups.spans(rest))):
        return None
    swapped = _swapped(before, core, spans, groups) if spans else None
    return f"{QUESTION_WORDS.sub('', swapped or before)}，如果{core}"


def denies(text: str) -> bool:
    """Whether a 不 or 没 says that something is not so; 能不能, 打不打 and 不舒服 do not."""
    text = bare(text)
    for pattern in (CHOICE, IDIOM, TAIL):
        text = pattern.sub("", text)
    return bool(NEGATION.search(text))


def says(text: str, groups: Concepts) -> frozenset[tuple[str, str]]:
    """(group, concept) of everything that a text names, and whether it denies something."""
    return groups.named(bare(text)) | ({DENIAL} if denies(text) else frozenset())


def things(text: str, groups: Concepts) -> list[Span]:
    """Everything a text names, but not the ways of asking."""
    return [one for one in groups.spans(bare(text)) if one.group != ASPECT]


def conditions(text: str, groups: Concepts) -> list[Span]:
    """Where a text says who it is about, and of which illness, stage, side or medicine."""
    found = (one for one in groups.spans(bare(text)) if one.group in CONDITIONS)
    return [one for one in found if not (one.group in SUBJECTS and one.concept in NO_SUBJECT)]


def carried(text: str, kinds: set[str], groups: Concepts) -> str:
    """The words of a text that say conditions of these kinds, in order, each place once."""
    core, found, end = bare(text), [], 0
    spans = [one for one in conditions(text, groups) if one.group in kinds]
    for one in sorted(spans, key=lambda one: (one.start, -one.stop)):
        if one.start >= end:
            found.append(core[one.start : one.stop])
            end = one.stop
    return "".join(found)


def leans(now: str) -> bool:
    """Whether the words themselves lean on something said before (那…, …呢, 也), known words or not."""
    said = bare(now)
    return len(said) <= LONGEST and bool(SIGNAL.search(said))


def dangling(now: str) -> bool:
    """那小龙虾呢: leans on the question before, with a word that no list knows."""
    return bool(DANGLING.match(bare(now)))


def _leans(said: str, core: str, spans: Sequence[Span]) -> bool:
    """A sentence with two things and a verb (那糖尿病能吃西瓜吗) stands on its own."""
    apart: list[tuple[int, int]] = []
    for one in sorted(spans, key=_longest_first):
        if not one.meets(apart):
            apart.append((one.start, one.stop))
    return len(apart) == 1 or bool(SIGNAL.search(said) and not VERB.search(core))


def _only(core: str, spans: Sequence[Span]) -> bool:
    """Whether nothing but known things and function words is said."""
    rest = "".join(sign for place, sign in enumerate(core) if not any(one.start <= place < one.stop for one in spans))
    return not FUNCTION.sub("", rest)


def _longest_first(one: Span) -> tuple[bool, int, int]:
    return one.group != WHO, one.start - one.stop, one.start


def _swapped(before: str, core: str, spans: Sequence[Span], groups: Concepts) -> str | None:
    """`before` with each new word in the place of its like, or in front."""
    olds = things(before, groups)
    used: list[tuple[int, int]] = []
    changes: list[tuple[int, int, str]] = []
    waiting: list[Span] = []
    for one in sorted(spans, key=_longest_first):
        if one.meets(used):
            continue
        same = [old for old in olds if old.group == one.group]
        places = [
            old
            for old in same
            if _alike(before, old, one) and not old.meets((start, stop) for start, stop, _ in changes)
        ]
        if any(old.concept == one.concept for old in same):
            if one.group == WHO:
                used.append((one.start, one.stop))
        elif places or one.group == WHO:
            used.append((one.start, one.stop))
            changes += _changes(before, places, core[one.start : one.stop])
        elif one.group in CONDITIONS:
            waiting.append(one)
    known = [(one.start, one.stop) for one in spans if any(_same(one, old) for old in olds)]
    for one in waiting:
        if not one.meets(used) and not any(start <= one.start and one.stop <= stop for start, stop in known):
            used.append((one.start, one.stop))
            changes.append((0, 0, core[one.start : one.stop]))
    return _rewritten(before, changes) if changes else None


def _same(one: Span, other: Span) -> bool:
    return (one.group, one.concept) == (other.group, other.concept)


def _alike(before: str, old: Span, new: Span) -> bool:
    """换膝后 says more than 术后: such a word stays, or a condition would be lost."""
    plain_word = old.concept in before[old.start : old.stop] or old.stop - old.start <= new.stop - new.start
    return new.group != WHEN or (plain_word and bool(set(old.concept) & set(new.concept)))


def _changes(before: str, places: Sequence[Span], word: str) -> list[tuple[int, int, str]]:
    """Every mention of what is replaced gives way; with nothing to replace, the word goes in front."""
    if not places:
        return [(0, 0, word)]
    return [_change(before, old, word) for old in places if old.concept == places[0].concept]


def _change(before: str, old: Span, word: str) -> tuple[int, int, str]:
    """喝粥 gives way to 喝牛奶 when 牛奶 is new, and 吃西瓜 to 喝粥: one verb, whichever word brings it."""
    gone = before[old.start : old.stop]
    if VERB.match(gone) and not VERB.match(word) and len(gone) > 1:
        return old.start, old.stop, gone[0] + word
    verb = VERB.match(word) and old.start > 0 and VERB.match(before[old.start - 1])
    return old.start - (1 if verb else 0), old.stop, word


def _rewritten(text: str, changes: Sequence[tuple[int, int, str]]) -> str:
    for start, stop, word in sorted(changes, key=lambda one: (one[0], one[1]), reverse=True):
        text = text[:start] + word + text[stop:]
    return text
