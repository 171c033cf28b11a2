"""Answers to a medicine reminder: what counts as taken, put off, left out or taken twice, and what is no answer."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.services.care.replies import LONGEST, reply_to_ring


def listed(table: str) -> list[str]:
    return table.split()


DONE = listed("""
吃了 已服 服过了 药吃了 吃药了 嗯吃了 吃了谢谢 已经吃过了 早吃了 打过了 打完针了 测了 量过了 做完了 好了 完成 ✓ √ ok吃了
我吃了 我已经吃了 刚吃了 刚刚吃完 吃过了呢 都吃了 吃了，谢谢！ 嗯嗯，吃过了 好的，吃了 收到，吃了 吃完了 吃好了 药已经吃了
吃过药了 吃了药 吃完药了 喝了 滴了 滴完眼药水了 眼药水滴了 胰岛素打了 打了胰岛素 血压量了 测完血糖了 已完成 完成了 搞定了
弄好了 吃了✅ 吃了一片 吃了吃了 早就吃了 今天吃了 已用药 吃了啊 OK了 半小时前吃了 谢谢小杏，吃了 降压药吃了 用了 换完药了
""")
LATER = listed("""
稍后 等会儿 待会 晚点 没吃 还没吃 忘了吃 忘了 没来得及 一会儿吃 等一下 过会儿再吃 还没 忘记吃了 忘了吃药 还没吃呢 药还没吃
没来得及吃 马上吃 这就吃 在开会，晚点吃 好的，待会儿吃 吃完饭再吃 晚一点再提醒我 回头吃 等等 忘了，马上吃 还没打针 没顾上
""")
WAITS = {
    "半小时后": 30,
    "等十分钟": 10,
    "过二十分钟": 20,
    "一个小时后再说": 60,
    "１０分钟后": 10,
    "一个半小时后吃": 90,
    "两小时以后再提醒我": 120,
    "好的，半小时后吃": 30,
    "还没吃，十五分钟后吃": 15,
    "一刻钟后": 15,
    "推迟30分钟": 30,
    "再等5分钟": 5,
    "半个小时": 30,
    "1小时20分钟后": 80,
    "晚半小时": 30,
    "等10min": 10,
}
SKIP = listed("""
跳过 不吃了 今天不用 这次不用 不吃了难受 今天不吃了 这次不吃 不打了 不吃药了 不用了 先不吃了 跳过这次 头晕，不吃了 不吃了，有点恶心
胃疼，今天不吃了 不想吃了 算了，不吃了 我不吃了
""")
TWICE = listed("""
吃过两遍 吃重了 多吃了一次 吃了两次 打了两针 吃了2次 我吃了两遍 好像吃了两次 不小心吃重了 多吃了一片 又吃了一次 吃了两次药 打重了
饭后吃了两次药 多打了一针 重复吃了 吃了两遍，头晕 药吃重了 糟了，吃了两回 吃多了 吃了双份 又吃了一遍 服了两次
""")
NONE = listed("""
晚饭吃多了 知道了 收到 好的 谢谢 去了 好 嗯 ok 行 吃了吗 吃了没 怎么吃 能不吃吗 可以不吃吗 今天要不要吃 吃饭了 吃什么 没有 你好 在吗 吃了头晕 我妈吃了
昨天吃了 昨天吃了两次 每天吃两次 没吃重 医生说吃两次 以后不吃了 不吃会怎样？ 不用谢 药没了 没药了 去医院了 血压130/85 测了130/85
几点吃 吃了两次怎么办？ 不吃了会难受 不吃难受 停了 打了两针疫苗 吃了两片 吃 药 早上吃了 明天吃 999小时后 0分钟后 还要吃多少
半小时后复查 一会儿去医院 提醒我吃药 忘了带手机 我没时间去医院 吃了饭 收到谢谢 哈哈 。。。 吃好喝好 打车了 打电话了 做饭了 换手机了
""")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *((text, ("done", None)) for text in DONE),
        *((text, ("later", None)) for text in LATER),
        *((text, ("later", dt.timedelta(minutes=minutes))) for text, minutes in WAITS.items()),
        *((text, ("skip", None)) for text in SKIP),
        *((text, ("twice", None)) for text in TWICE),
        *((text, None) for text in (*NONE, "", "吃了" + "啊" * LONGEST)),
    ],
)
def test_answer_to_a_reminder(text: str, expected: tuple[str, dt.timedelta | None] | None) -> None:
    assert reply_to_ring(text) == expected


@settings(max_examples=300, deadline=1000, database=None)
@given(st.lists(st.sampled_from([*"吃了没药半小时后一0不过两次忘等✓?，打再在"]), max_size=LONGEST).map("".join))
def test_no_mixture_raises(text: str) -> None:
    reply_to_ring(text)
