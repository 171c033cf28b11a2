"""Every word the reminder grammar says back, in one place, and the few words that decide its meaning."""

from __future__ import annotations

from bisect import bisect_right

WEEKDAYS = "一二三四五六日"
DAY_CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")

LUNAR_TENS = "零一二三四五六七八九十"

PART_STARTS = (5, 10, 12, 13, 18)
PART_WORDS = ("凌晨", "早上", "上午", "中午", "下午", "晚上")

ASK_HALF = "您说的 {clock}是{a}还是{b}？"
ASK_TIME = "您想几点提醒？"
ASK_TIME_OF = "您想{part}几点提醒？"
PART_NAMES = {"早": "早上", "晚": "晚上", "夜": "夜里"}
ASK_TIME_AND_DAY = "您想几点提醒？只提醒一次，还是每天都提醒？"
ASK_TIMES = "一天 {count} 次，分别在几点提醒您？"
ASK_MEAL = "您说的“{words}”是哪一餐？"
ASK_WHAT = "好的，到时候提醒您做什么？"
ASK_DAY = "您想在哪一天、几点提醒？"
ASK_WEEKLY = "您想每周的哪几天、几点提醒？"
ASK_EVERY_WEEK = "您是想每{days}都提醒吗？"
ASK_GAP = "您说的“每隔{n}天”，是每 {n} 天一次，还是每 {more} 天一次？"
ASK_SOON = "您想多久以后提醒？"
ASK_PASSED = "{said}已经过了，要改成哪一个？"
ASK_RANGE_PASSED = "{said}已经过了，请再告诉我从哪天到哪天、几点提醒？"
ASK_NO_DATE = "没有“{words}”这一天，请再告诉我一次日期好吗？"
ASK_NO_CLOCK = "没有“{words}”这个时间，请再告诉我几点提醒好吗？"
ASK_ONE_BY_ONE = "提醒要一个一个设，先设哪一个？"
ASK_REST = "“{words}”我没看懂。请把每次提醒的时间都写全，例如“每天早上8点、晚上8点提醒我吃药”。"
ASK_BETWEEN = "请告诉我一个准确的时间，几点提醒？"

WHAT_OPTIONS = ("吃药", "测血压", "复查")
SOON_OPTIONS = ("半小时后", "1小时后", "2小时后")
DAY_OPTIONS = ("早上8点", "中午12点", "晚上8点")
EVERY_OPTIONS = ("每天早上8点", "每天晚上8点")
PART_OPTIONS = {
    "早": ("早上7点", "早上8点", "早上9点"),
    "上": ("上午9点", "上午10点", "上午11点"),
    "中": ("中午12点", "中午1点"),
    "下": ("下午2点", "下午3点", "下午4点"),
    "傍": ("傍晚5点", "傍晚6点"),
    "晚": ("晚上7点", "晚上8点", "晚上9点"),
    "夜": ("晚上11点", "晚上12点", "凌晨1点"),
}
TIMES_OPTIONS = {
    1: ("早上8点", "晚上8点"),
    2: ("早上8点、晚上8点", "早上8点、晚上6点"),
    3: ("早上8点、中午12点、晚上6点", "早上7点、下午2点、晚上9点"),
    4: ("早上8点、中午12点、下午4点、晚上8点", "早上6点、中午12点、晚上6点、晚上10点"),
}
WEEKLY_OPTIONS = {
    1: ("每周一早上8点", "每周六早上8点"),
    2: ("每周一、四早上8点", "每周二、五早上8点"),
    3: ("每周一、三、五早上8点", "每周二、四、六早上8点"),
}
MEALS = {"早": (8, 0), "午": (12, 30), "晚": (18, 30)}
BEFORE_MEALS = {"早": (7, 0), "午": (11, 30), "晚": (17, 30)}
BEDTIME, AFTER_RISING = (21, 30), (7, 0)
MEAL_NAMES = {"早": "早饭", "午": "午饭", "晚": "晚饭"}
ASK_LUNAR = "您是想农历每月{day}都提醒，还是只提醒下一次？"
ASK_LEAP = "闰月我算不准，请告诉我是公历的几月几日？"
LUNAR = "农历{month}月{day}（{solar}，周{weekday}）{clock}"
UNTIL = "，到{day}"
FROM = "，从{day}起"
NOT_EVERY_MONTH = "（没有这一天的月份不提醒）"


def day(date_year: int, year_now: int, month: int, number: int) -> str:
    """3月4日, with the year in front only when it is another one."""
    return f"{month}月{number}日" if date_year == year_now else f"{date_year}年{month}月{number}日"


def spoken(hour: int, minute: int) -> str:
    """晚上8点半: words that the grammar itself reads back to the same time."""
    part = PART_WORDS[bisect_right(PART_STARTS, hour)]
    tail = "" if not minute else "半" if minute == 30 else f"{minute:02d}分"
    return f"{part}{hour if hour <= 12 else hour - 12}点{tail}"
