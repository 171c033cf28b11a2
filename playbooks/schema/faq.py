"""One vetted answer, the ways people ask for it, and the questions that look alike but are not it."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from playbooks.schema.common import Finished, Line, Playbook, Strict

Text = Annotated[str, StringConstraints(min_length=1, max_length=1200), Finished]
PICTURES = (".png", ".jpg", ".jpeg", ".webp")


def _address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme != "https" or not parts.hostname or parts.username or any(sign.isspace() for sign in value):
        raise ValueError("要写 https:// 开头的网址")
    return value


def _picture(value: str) -> str:
    if "://" in value:
        return _address(value)
    path = PurePosixPath(value)
    if path.is_absolute() or ".." in path.parts or "\\" in value:
        raise ValueError("图片要放在内容文件夹里面，写相对路径，例如 pictures/foot.png")
    if path.suffix.lower() not in PICTURES:
        raise ValueError(f"图片文件要以 {'、'.join(PICTURES)} 结尾")
    return value


Picture = Annotated[Line, AfterValidator(_picture)]
"""A path below the folder of the playbooks (the loader looks whether it is there), or an https address."""
Video = Annotated[Line, AfterValidator(_address)]


class Answer(Strict):
    """`text` is for everybody; the others replace it for their readers. The first sentence is the answer itself."""

    text: Text
    short: Text | None = None
    parents: Text | None = None
    picture: Picture | None = None
    video: Video | None = None


class Source(Strict):
    title: Line
    year: int = Field(ge=1990, le=2100)
    url: Line | None = None


class Examples(Strict):
    """Run as tests: each `hit` is answered by this entry, no `miss` is."""

    hit: tuple[Line, ...] = Field(min_length=3)
    miss: tuple[Line, ...] = Field(min_length=2)


class Faq(Playbook):
    kind: Literal["faq"]
    question: Line
    ask: tuple[Line, ...] = Field(min_length=4)
    keywords: tuple[Line, ...] = ()
    """Whole messages that mean this question though they are no sentence ("西瓜")."""
    answer: Answer
    risk: Literal["info", "advice"]
    see_doctor_when: tuple[Line, ...] = ()
    sources: tuple[Source, ...] = Field(min_length=1)
    follow_up: tuple[Line, ...] = ()
    tags: tuple[Line, ...] = ()
    examples: Examples

    @model_validator(mode="after")
    def advice_says_when_to_see_a_doctor(self) -> Faq:
        if self.risk == "advice" and not self.see_doctor_when:
            raise ValueError("risk 是 advice 时，请写 see_doctor_when：什么情况要去看医生")
        return self
