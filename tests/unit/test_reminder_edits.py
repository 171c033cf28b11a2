"""What asks for another time of a reminder, and which reminder it names."""

from __future__ import annotations

import pytest

from handlers.services.care.edits import Edit, edit_of
from handlers.services.care.replies import kind_of


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("把吃药提醒改到早上9点", Edit("吃药", "早上9点")),
        ("修改提醒 1 早上9点", Edit("1", "早上9点")),
        ("修改提醒 1 10点", Edit("1", "10点")),
        ("修改提醒 18点", Edit("", "18点")),
        ("提醒改成晚上8点", Edit("", "晚上8点")),
        ("第二个提醒改成隔天", Edit("第二个", "隔天")),
        ("修改提醒", Edit("", "")),
        ("每天早上8点提醒我吃药", None),
        ("为什么提醒改成晚上了？", None),
    ],
)
def test_an_edit_names_a_reminder_and_a_time(text: str, meant: Edit | None) -> None:
    assert edit_of(text) == meant


@pytest.mark.parametrize(
    ("what", "kind"),
    [
        ("吃药", "medicine"),
        ("打胰岛素", "medicine"),
        ("滴眼药水", "medicine"),
        ("量血压", "measure"),
        ("复查", "other"),
    ],
)
def test_what_is_said_late_goes_by_type(what: str, kind: str) -> None:
    assert kind_of(what) == kind
