"""Every word the reading grammar says back, and the words that tell a check-in from talk about numbers."""

from __future__ import annotations

import re

ASK_UNIT = "您写的是 {said}。请问单位是 {units}？请带上单位再发一次。"
ASK_ORDER = "您写的是 {said}，{first}一般大于{second}，是不是写反了？请按“{first}/{second}”再发一次。"
ASK_IMPLAUSIBLE = "您写的是 {said}，这个数不太像{title}（一般在 {low}–{high} {unit} 之间）。请再看一眼，重新发一次。"
ASK_PARTS = "请把{names}一起发给我，例如“{example}”。"
ASK_WHICH = "您写的是 {said}，请说明是{names}，例如“{example}”。"
ASK_NUMBER = "请把{title}的数值发给我，例如“{example}”。"
ASK_MANY = "您写的是 {said}，我没看懂这几个数。请只发{title}，例如“{example}”。"
OR = "还是 "
AND = "和"
MINUTES, HOURS = "{n} 分钟", "{n} 小时"
CONVERTED = "（{given} {unit}）"

CHECK_IN = re.compile(r"打卡|打个卡|补卡|补签|^补(?=[昨前]天)|签到|上报|记录一?下|记一下|帮我记")
QUESTION = re.compile(
    r"\?|吗|[么呢]$|多少|高不高|低不低|正常不|怎么|咋|为什么|为啥|是不是|能不能|可不可以|要不要|用不用|行不行|好不好|会不会"
    r"|有没有|算[高低正]|要紧|严重不|危险不|能吃|可以吃|什么|哪个|几点|还是偏|(?:了没|没有)$|如何|请问|谁|^问"
)
MEASURED = re.compile(r"今天|今早|今晚|今晨|刚|早上|早晨|晚上|中午|下午|测|量")
NOT_NOW = re.compile(
    r"目标|希望|争取|想[把让要]|要[把降]|打算|准备|计划|明天|后天|下周|下次|提醒|降到.{0,8}(?:就好|以下|以内)|控制[在到]|以[内下上]|标准|正常[值范]"
    r"|范围|应该|不要超|不能超|超过|高于|低于|大于|小于|达到|达标|如果|要是|万一|假如|假设|比如|例如|一般[是在]"
    r"|去年|前年|上个?月|上周|以前|曾经|当时|那年|那时|年轻时|原来|研究|指南|文章|专家"
)
OTHERS = re.compile(
    r"妈|爸|母亲|父亲|老公|老婆|爱人|老伴|丈夫|妻子|婆婆|公公|奶奶|爷爷|外婆|外公|姥姥|姥爷|儿子|女儿|孩子|宝宝|娃|家人|家里人"
    r"|老人|老头|老太|我家|父母|岳|哥|姐|弟|妹|叔|姑|舅|阿姨|邻居|朋友|同事|病友|(?<![其])[他她]"
)
NOT_DONE = re.compile(r"没(?!问题|事)|未|忘|漏|歇|休息|[做练吃]不")
BEFORE_YESTERDAY, YESTERDAY = re.compile(r"前天|前晚"), re.compile(r"昨")
FILLER = re.compile(
    r"补?打卡|打个卡|补卡|补签|^补(?=[昨前]天)|签到|上报|记录一?下?|帮我|今天|今日|今早|今晚|今晨|晨起|早起|起床后?|昨天|昨晚|前天|早上|早晨|上午|中午|下午|傍晚|晚上|睡前"
    r"|刚才|刚刚|刚|我|测|量|结果|是|为|的|了|啦|哈|已经?|都|完成|[\s,。.!;:、~#@(){}\[\]+✓✔√☑✅👌]"
)
