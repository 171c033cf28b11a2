"""What speech leaves in dictated text (嗯那个就是说我想问一下就是那个……) and no question needs.

Nothing with a meaning goes: 那个来了 is a period, 是不是就是 a question, 呃逆 and 额头 are body words, 然后 may be an order of time.
"""

from __future__ import annotations

import re

SOUND = r"(?:嗯+|呃+(?!逆)|额(?![头度外叶骨定])额*(?![头度外叶骨定])|哎呀|哎|唉|诶|欸|唔|嘶|噢|喔|哦)"
PAUSE = r"[\s,，、.。…~～!！;；]*+"
THAT = r"(?:那个(?!来|没来|东西|药|针|医生|大夫|时候|人|地方|部位|以后|之后|以前|之前|完|事|是|在|位置|位|病|不|有|会|能|可|要|叫|要紧|管|手术|检查|菜|水果|果|片|牌子|方面|多|少|疼|痛|月|年|周|星期|啥|什么)那*)"
THIS = r"(?:这个(?=(?:那个|这个|就是|嗯|呃|那什么)))"
MEAN = r"(?:就是说(?!明)|就是(?=(?:那个|这个|说|嗯|呃|我想|想问|想请|请问|问一下|就是)))"
ASK = r"(?:我(?:就)?(?:是)?想(?:要)?(?:问|请教|咨询)(?:一下|下|一问|问)?|想(?:问|请教|咨询)(?:一下|下)|请问(?:一下|下)?|问(?:一下|下)(?!题|子)|怎么说呢|怎么讲呢|那什么(?=[,，\s]))"
START = re.compile(
    rf"^(?:{PAUSE}(?:{SOUND}|{THAT}|{THIS}|{MEAN}|{ASK}|然后(?=呢?(?:那个|就是|嗯|呃|我想))呢?|就是(?!不是)|喂))+{PAUSE}"
)
INSIDE = re.compile(
    rf"{PAUSE}(?<![一二两三四五六七八九十几这哪第上下])(?:{SOUND}(?=[^\W\d])|(?<![是不叫为要])(?:{MEAN}|(?<=[,，、\s]){THAT}){PAUSE}|(?<=[,，、\s]){ASK})"
)
ANSWERS = re.compile(r"^(?:嗯+|哦+|噢|喔|额|呃)[。.!！~～\s]*$")
ROUNDS = 8
LONGEST = 400
"""Characters; a longer text is a story that is never answered directly, and is left as it is."""


def without_fillers(text: str) -> str:
    """`text` without the sounds and phrases of thinking aloud; unchanged when nothing else is said (嗯 is an answer)."""
    if len(text) > LONGEST:
        return text
    for _ in range(ROUNDS):
        shorter = _once(text)
        if shorter == text:
            break
        text = shorter
    return text


def _once(text: str) -> str:
    if ANSWERS.match(text):
        return text
    shorter = INSIDE.sub("", START.sub("", text))
    return shorter if re.search(r"\w", shorter) else text
