"""What somebody writes into a room and should not stand there: phone and ID numbers, doses, lab results."""

from __future__ import annotations

import re
from dataclasses import replace
from enum import StrEnum

from handlers.contract import Incoming
from handlers.services.knowledge.context import DRUG, Concepts
from handlers.services.retrieval.text import bare


class Exposed(StrEnum):
    """What it is: the line in the room differs."""

    NUMBER = "number"
    LAB = "lab"
    DOSE = "dose"


PERSONAL = re.compile(r"(?<!\d)(?:1[3-9]\d(?:[\s-]?\d{4}){2}|\d{6}\s?\d{8}\s?\d{3}[\dXx])(?!\d)")
"""Narrow: a row of readings (13.5，14.2，15.1) is no phone number."""
COUNT = r"(?:(?<![\d.])\d{1,6}(?:\.\d{1,4})?|[一二两三四五六七八九十半]{1,4})"
STRENGTH = re.compile(rf"{COUNT}\s{{0,2}}(?:mg|ug|μg|iu|毫克|微克|个单位)(?![a-z\d/每])", re.I)
"""Nothing but a drug is counted so; /dL makes it a reading."""
PIECES = re.compile(rf"{COUNT}\s{{0,2}}(?:g|克|单位|片|粒|颗|丸|支|滴|喷|胶囊)(?![a-z])", re.I)
TAKES = re.compile(
    rf"(?:吃|服|打|注射|滴|用)(?:着|了|的)?[^，。；,;\n?？]{{0,6}}{COUNT}\s{{0,2}}(?:片|粒|丸|个?单位|胶囊)(?![^，。,]{{0,2}}(?:面包|吐司|饼干|瓜|苹果|橙|姜|柠檬|肉|叶|菜))"
)
SHEET = re.compile(
    r"化验|检查单|检查结果|报告|病理|片子|体检|血常规|尿常规|心电图|彩超|B超|核磁|CT|处方|病历|出院小结|药盒|药单", re.I
)
ANALYTE = re.compile(
    r"(?:肌酐|尿酸|转氨酶|谷丙|谷草|胆红素|白蛋白|白细胞|中性粒|血小板|血红蛋白|红细胞|甘油三酯|胆固醇|低密度|尿蛋白|尿素氮|血钾|血钠|促甲状腺|癌胚抗原|肿瘤标志物?|cea|ca\s?\d{2,3}|afp|tsh|psa|inr)"
    r"[^\d，。,;；\n?？]{0,6}\d",
    re.I,
)
QUESTION = re.compile(r"正常值|参考值|多少算|标准|应该多少|一般")


def exposed(text: str, picture: bool, concepts: Concepts) -> Exposed | None:
    """What of the kind stands in a message; general knowledge (肌酐的正常值是多少) is nobody's own. `picture`: one came with it."""
    if PERSONAL.search(text):
        return Exposed.NUMBER
    if (picture and SHEET.search(text)) or (ANALYTE.search(text) and not QUESTION.search(text)):
        return Exposed.LAB
    return Exposed.DOSE if _dose(text, concepts) else None


def _dose(text: str, concepts: Concepts) -> bool:
    if TAKES.search(text) or STRENGTH.search(text):
        return True
    return bool(PIECES.search(text)) and any(span.group == DRUG for span in concepts.spans(bare(text)))


def redacted(msg: Incoming) -> Incoming:
    """The message as everything after sees and keeps it: without the numbers by which somebody is found."""
    return replace(msg, said=_masked(msg.said), text=_masked(msg.text), quote=_masked(msg.quote))


def _masked(text: str) -> str:
    return PERSONAL.sub("〔号码〕", text)
