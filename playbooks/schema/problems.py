"""Validation errors in the author's terms: file, line, path, and in Chinese what to do."""

from __future__ import annotations

import re
from typing import Any

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from playbooks.schema.nearest import nearest
from playbooks.schema.source import Document, Problem


def problem_of(document: Document, model: type[BaseModel], detail: ErrorDetails) -> Problem:
    """A validation error in the author's terms: file, line, path and what to do."""
    inner = getattr(detail.get("ctx", {}).get("error"), "where", ())
    if detail["type"] == "union_tag_invalid":
        inner = (str(detail["ctx"]["discriminator"]).strip("'"),)
    where = _where(document, (*detail["loc"], *inner))
    if detail["type"] == "missing":
        above = _known(document, detail["loc"][:-1])
        return document.problem((*above, str(detail["loc"][-1])), "缺少这个字段，请补上")
    return document.problem(where, _say(model, detail))


def causes(details: list[ErrorDetails]) -> list[ErrorDetails]:
    """Without "too few" for a list that has a broken item: pydantic does not count that one."""
    places = [detail["loc"] for detail in details]
    return [
        detail
        for detail in details
        if detail["type"] != "too_short"
        or not any(len(place) > len(detail["loc"]) and place[: len(detail["loc"])] == detail["loc"] for place in places)
    ]


def _where(document: Document, location: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """The author's path: pydantic's, without the names of union members that stand in no file."""
    return _known(document, location) or tuple(location[:1])


def _known(document: Document, location: tuple[str | int, ...]) -> tuple[str | int, ...]:
    path: tuple[str | int, ...] = ()
    for part in location:
        if (*path, part) in document.lines:
            path = (*path, part)
    return path


def _say(model: type[BaseModel], detail: ErrorDetails) -> str:
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "extra_forbidden":
        return f"没有这个字段{_guess(detail['loc'], model)}"
    if kind == "value_error":
        return str(context.get("error", detail["msg"]))
    if kind in ("literal_error", "enum"):
        allowed = re.findall("'([^']*)'", str(context.get("expected", "")))
        return f"只能写 {'、'.join(allowed)}{_perhaps(detail['input'], allowed)}"
    if kind == "union_tag_invalid":
        allowed = re.findall("'([^']*)'", str(context.get("expected_tags", "")))
        name = str(context.get("discriminator", "")).strip("'")
        return f"{name} 要写下面之一：{'、'.join(allowed)}{_perhaps(context.get('tag'), allowed)}"
    if kind == "union_tag_not_found":
        return f"缺少 {str(context.get('discriminator', '')).strip(chr(39))}"
    for sign, words in _WORDS.items():
        if kind.startswith(sign):
            return words.format(**context)
    return "这个值不合要求，请对照同类文件的写法"


def _perhaps(written: object, allowed: list[str]) -> str:
    near = nearest(written, allowed) if isinstance(written, str) else None
    return f"，您是不是想写 {near}？" if near else ""


_WORDS = {
    "string_type": "要写文字；数字或真假请加引号",
    "string_too_short": "不能是空的",
    "string_too_long": "太长了，最多 {max_length} 个字",
    "string_pattern": "只能用小写字母、数字、- 和 _，字母或数字开头",
    "too_short": "至少写 {min_length} 条，现在有 {actual_length} 条",
    "too_long": "最多写 {max_length} 条，现在有 {actual_length} 条",
    "int_": "要写整数",
    "float_": "要写数字",
    "bool_": "要写 true 或 false",
    "greater_than_equal": "不能小于 {ge}",
    "greater_than": "要大于 {gt}",
    "less_than_equal": "不能大于 {le}",
    "less_than": "要小于 {lt}",
    "date_": "要写日期，例如 2026-03-01",
    "tuple_type": "要写成列表，每行以 - 开头",
    "dict_type": "要写成“字段: 值”",
    "model_type": "要写成“字段: 值”",
}


def _guess(location: tuple[int | str, ...], model: type[BaseModel]) -> str:
    """The field that was meant: of the part where the key stands, else of the whole."""
    key = str(location[-1])
    for names in (_names(_models_at(location[:-1], [model])), _field_names(model, set())):
        if near := nearest(key, names):
            return f"，您是不是想写 {near}？" if near != key else f"；{key} 要写在别的地方，请核对缩进"
    return "，请删掉或核对字段名"


def _names(models: list[type[BaseModel]]) -> set[str]:
    return {field.alias or name for model in models for name, field in model.model_fields.items()}


def _models_at(location: tuple[int | str, ...], models: list[type[BaseModel]]) -> list[type[BaseModel]]:
    """The models that may stand at this place; numbers and names of union members lead nowhere new."""
    for part in location:
        inner = [
            found
            for model in models
            for name, field in model.model_fields.items()
            if part in (field.alias, name)
            for found in _models_in(field.annotation)
        ]
        models = inner or models
    return models


def _field_names(model: type[BaseModel], seen: set[Any]) -> set[str]:
    """The names of all fields of a model and of the models inside it."""
    if model in seen:
        return set()
    seen.add(model)
    names: set[str] = set()
    for name, field in model.model_fields.items():
        names.add(field.alias or name)
        for inner in _models_in(field.annotation):
            names |= _field_names(inner, seen)
    return names


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in getattr(annotation, "__args__", ()) for model in _models_in(part)]
