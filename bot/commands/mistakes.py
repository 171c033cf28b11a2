"""What is wrong with a command line, in Chinese: Typer says it in English."""

from __future__ import annotations

import re
from typing import Any

CHINESE = re.compile("[\u4e00-\u9fff]")
SAYS: tuple[tuple[str, str], ...] = (
    (r"No such command '(.*?)'\.(?: Did you mean (.*)\?)?", "没有 {0} 这个命令"),
    (r"Got unexpected extra arguments? \((.*)\)", "多写了 {0}；一句话里有空格，请用引号括起来"),
    (r"Got unexpected extra argument\(s\) \((.*)\)", "多写了 {0}；一句话里有空格，请用引号括起来"),
    (r"No such option: (\S+)", "没有 {0} 这个选项"),
    (r"Option '(.*?)' requires an argument", "{0} 后面要写内容"),
    (r"Option '(.*?)' does not take a value", "{0} 后面不用写内容"),
)
VALUES: tuple[tuple[str, str], ...] = (
    ("valid integer", "要写整数"),
    ("valid number", "要写数字"),
    (r"(?:greater than or equal to|>=) ?(\S+)", "不能小于 {0}"),
    (r"(?:less than or equal to|<=) ?(\S+)", "不能大于 {0}"),
    ("does not exist", "没有这个文件或文件夹"),
)


def said(error: Any) -> str:
    """A usage error of Typer's as people here read it; "" when the help that was printed says it all."""
    message = " ".join(str(error.format_message()).split())
    if not message or type(error).__name__ == "NoArgsIsHelpError":
        return ""
    param = getattr(error, "param", None)
    if type(error).__name__ == "MissingParameter":
        return f"少写了 {_name(param)}：{str(getattr(param, 'help', '') or '').split('。')[0]}"
    for pattern, say in SAYS:
        if found := re.search(pattern, message):
            near = found[2] if found.re.groups > 1 and found[2] else ""
            meant = near.replace("'", "").replace(", ", "、").replace(" or ", "、")
            return say.format(*found.groups()) + (f"，您是不是想写 {meant}？" if meant else "")
    if CHINESE.search(message):
        return message.removeprefix("Invalid value: ")
    reason = next(
        (say.format(*found.groups()) for sign, say in VALUES if (found := re.search(sign, message))), "不合要求"
    )
    return f"{_name(param)} 的值{reason}"


def _name(param: Any) -> str:
    return str(next(iter(getattr(param, "opts", ())), None) or getattr(param, "name", "") or "这里")
