"""Courtesy asks for nothing; a question behind a 谢谢 does."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.services.knowledge.courtesy import courtesy
from handlers.services.retrieval.text import plain


def words(text: str) -> list[str]:
    return text.split()


THANKS = words("""谢谢 谢谢您 谢谢啦！ 多谢医生 非常感谢 太感谢了！！ 谢谢陈医生🌹🌹 好的，谢谢 好的谢谢您 嗯嗯，谢谢医生 谢谢，辛苦了 辛苦您了 麻烦您了
感谢您的耐心解答 谢谢🙏 谢啦 知道了谢谢 谢谢[玫瑰][玫瑰] 收到，谢谢王主任！ 那好的，谢谢您哈 谢谢大家 謝謝 Thanks thank_you 感谢感谢 真的太谢谢您了
哎呀谢谢啦 没事了谢谢 好多了，谢谢 谢谢周姐 好嘞，多谢您呐 谢谢了啊""")
NODS = words("""好的 好 好滴 好嘞 好的好的 嗯 嗯嗯 嗯嗯嗯 嗯呢 哦 哦哦 噢 收到 收到！ 收到啦 知道了 我知道了 知道啦 明白 明白了 了解 ok OK Ok👌 👍 👍👍👍 🙏🙏 ❤️ [强] [OK] [抱拳][抱拳]
行 行的 可以 哈哈 哈哈哈 不客气 没事 好的呢~ 好的哈。 好吧 诶好的 好呀 那行吧 嗯？ 啊？ 再见 拜拜 好的，我记住了 记下了 没有了 不用了 是的 好多了
好的😊 👌🏻 好滴呀🌹 对的 先这样 那就这样吧""")
SOLVED = ["解决了", "问题解决了", "我放心了", "有帮助", "没问题了，谢谢"]
NOT = words("""谢谢，那还能吃吗 好的，那饭后测可以吗 谢谢医生，我还想问一下能不能吃西瓜 好的那我先停药 嗯，还是疼 收到，但是药没了 好吗 可以吗 行吗 可以吃 好疼 好晕
好难受 知道了，血压160怎么办 谢谢？我没问啊 没事吗 没事吧 没有用 不行 不好 不可以 我不好 好了没有 收到药了 ok吗 对吗 是吗 明白了，那胰岛素呢 好怕 😭😭 🆘 🤮 🤔 [大哭] [流泪]
谢谢[大哭] 好的，吐了三次 可以停药吗 血压160 好几天了 好像肿了 对药过敏 中药能吃吗 懂了，那二甲双胍什么时候吃 谢谢，药吃完了 辛苦了，请问门诊几点 早饭后血糖8 成都哪家医院好 行动不便
感谢，另外我妈头晕 我在吗啡泵旁边 好一点了但还疼 没劲 哈欠不停 赞成手术吗 就是疼 也疼 我 那 你 医生""")


@pytest.mark.parametrize("text", THANKS)
def test_thanks(text: str) -> None:
    assert courtesy(plain(text.replace("_", " "))) == "thanks"


@pytest.mark.parametrize("text", NODS)
def test_nods(text: str) -> None:
    assert courtesy(plain(text)) == "nod"


@pytest.mark.parametrize("text", SOLVED)
def test_solved(text: str) -> None:
    assert courtesy(plain(text)) in ("solved", "thanks")


@pytest.mark.parametrize("text", ["您好", "你好呀", "大家早上好", "陈医生好", "在吗？", "早", "Hello~"])
def test_hello(text: str) -> None:
    assert courtesy(plain(text)) == "hello"


@pytest.mark.parametrize("text", NOT)
def test_what_asks_for_something_is_no_courtesy(text: str) -> None:
    assert courtesy(plain(text)) is None


@given(st.text(alphabet="好的谢嗯收到吗疼药吃您医生，？！👍😭 []强", max_size=60))
@settings(max_examples=400, deadline=None)
def test_nothing_with_a_pain_or_a_medicine_in_it_is_courtesy(text: str) -> None:
    if any(sign in text for sign in "疼药吃吗😭"):
        assert courtesy(text) is None
    else:
        courtesy(text)
