"""What staff write: promises of an answer, and everything that only looks like one."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from handlers.services.staff.duty import Duty
from handlers.services.staff.promise_words import due_at, promised
from handlers.settings import DutySettings

ZONE = ZoneInfo("Asia/Shanghai")
CALENDAR = Duty(DutySettings(), "Asia/Shanghai")
NOW = dt.datetime(2026, 3, 2, 9, 0, tzinfo=ZONE)
"""A Monday."""

YES = """我问下医生再回您
稍后回复您
我查一下明天告诉您
下午给您答复
您好，这个我要问一下陈医生，稍后回复您
我帮您核实一下再告诉您
这个我不太确定，我问问主任再跟您说
我去问问医生，您稍等
好的，我帮您查一下，等会儿回您
一会儿给您回电话
明天上午我给您答复
我确认后回复您
我先跟药师确认一下，再给您回复
半小时内给您答复
@张姐 我问下医生再回您
我们商量一下，明天下午三点前答复您
下班前给您准信
我请陈医生下午给您回电
您的问题收到了，我查完病历后回复您
尽快回复您
今晚回复你
我稍后回复
两个小时后给您打电话
周三上午告诉您结果
可以先观察。具体剂量我问下医生再回您。
晚点联系您
我和主任汇报一下再联系您
待会儿我跟您说
我了解一下情况，晚些时候给您反馈
""".splitlines()
NO = """您可以稍后回复我
请您下午告诉我血糖值
我已经问过医生了，可以吃
昨天已经回复您了
回复您的问题：可以少量吃
告诉您一个好消息，明天有讲座
医生明天会告诉您结果
系统会短信通知您
如果不舒服请马上告诉我们
结果出来后医生会给您打电话
明天下午三点有讲座，欢迎大家参加
您问一下医生再决定吃不吃
建议您咨询主治医生后再用药
您先测一下血糖，再告诉我
稍后您可以在小程序里看结果
明天空腹来抽血
下午给您做眼底检查
医生问您话的时候要说清楚
我跟您说，这个药要饭后吃
我再跟您说一遍，先不要停药
现在回复您：可以洗澡
马上告诉您怎么测
不能通过微信给您答复，请来门诊
我没法马上回复您
需要我明天再联系您吗？
您看我下午给您打电话方便吗
护士站稍后会打电话给您
请稍等
好的
周三下午来门诊
短时间可以，别太烫
出发前先来门诊，把血糖稳住
先观察两天，不退烧再联系我们
明天记得测血压
医生查房后会回复您的问题
药师稍后回复您
一会儿再吃药
有问题随时联系我们
我们医院周末不上班，您周一再打电话
这个药饭后半小时吃，两小时后测血糖
按您的情况，医生建议先做检查再确定方案
检查结果一般三天后出来
我查过了，您的预约是明天上午
昨天我问了医生，他说可以
要是医生有空，我让他回您
您的药我看了一下，饭后吃就行
晚上睡前测一次，明天告诉我
您稍等，正在查
谢谢您的回复
您下午三点来，我和您一起去找医生
化验单我看了，血糖控制得不错，明天继续测
跟您说一下注意事项
我回头看看
""".splitlines()


@pytest.mark.parametrize("text", [one for one in YES if one])
def test_promises(text: str) -> None:
    assert promised(text)


@pytest.mark.parametrize("text", [one for one in NO if one])
def test_ordinary_sentences_of_staff_are_no_promises(text: str) -> None:
    assert promised(text) is None


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("我问下医生再回您", "2026-03-02 11:00"),
        ("稍后回复您", "2026-03-02 11:00"),
        ("半小时内给您答复", "2026-03-02 09:30"),
        ("两个小时后给您打电话", "2026-03-02 11:00"),
        ("下午三点前答复您", "2026-03-02 15:00"),
        ("明天上午10点给您答复", "2026-03-03 10:00"),
        ("下午给您答复", "2026-03-02 17:30"),
        ("上午给您答复", "2026-03-02 12:00"),
        ("我查一下明天告诉您", "2026-03-03 17:30"),
        ("明天上午给您答复", "2026-03-03 12:00"),
        ("今晚回复您", "2026-03-02 21:00"),
        ("下班前给您准信", "2026-03-02 17:30"),
        ("周三上午告诉您结果", "2026-03-04 12:00"),
        ("周六给您答复", "2026-03-07 18:00"),
    ],
)
def test_by_when(text: str, due: str) -> None:
    moment = due_at(text, NOW.astimezone(dt.UTC), ZONE, CALENDAR, dt.timedelta(hours=2))
    assert moment == dt.datetime.fromisoformat(due).replace(tzinfo=ZONE)


def test_a_time_that_has_passed_is_two_hours_of_duty() -> None:
    late = NOW.replace(hour=16).astimezone(dt.UTC)
    moment = due_at("上午给您答复", late, ZONE, CALENDAR, dt.timedelta(hours=2))
    assert moment == dt.datetime(2026, 3, 3, 8, 30, tzinfo=ZONE)
