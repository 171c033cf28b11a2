"""Reads config.yaml: strict, with line numbers; secrets come only from the environment."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, model_validator

from handlers.settings import Knobs, Settings
from playbooks.schema.problems import problem_of
from playbooks.schema.source import Broken, Document, Problem, Where, read

ROOT = Path(__file__).parent.parent
DEFAULT = ROOT / "config.yaml"
FROM_ENVIRONMENT = re.compile(r"\$\{([A-Z][A-Z0-9_]*)\}")
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class PlaybookSettings(Knobs):
    folders: tuple[Path, ...] = (Path("playbooks/content"),)
    drafts: Path = Path("playbooks/drafts")
    serve_samples: bool = True
    watch: bool = True


class DatabaseSettings(Knobs):
    url: str = "sqlite:///data/xinglin.db"


class WebSettings(Knobs):
    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=1, le=65535)
    token: str | None = Field(default=None, min_length=16)
    demo: bool = True

    @model_validator(mode="after")
    def only_loopback_goes_without_a_token(self) -> WebSettings:
        if self.host not in LOOPBACK and not self.token:
            raise ValueError("host 不是本机地址时必须设置 token（至少 16 个字符），写成 ${环境变量名}")
        return self


class WechatySettings(Knobs):
    endpoint: str | None = None
    token: str | None = None
    tls: bool = True
    accept_friends: bool = True


class LogSettings(Knobs):
    level: Literal["debug", "info", "warning", "error"] = "info"
    json_lines: bool = False


class Config(Settings):
    """All knobs. Handlers see it as `Settings`."""

    playbooks: PlaybookSettings = PlaybookSettings()
    database: DatabaseSettings = DatabaseSettings()
    key_file: Path = Path("data/xinglin.key")
    channel: Literal["web", "console", "wechaty", "memory"] = "web"
    web: WebSettings = WebSettings()
    wechaty: WechatySettings = WechatySettings()
    logs: LogSettings = LogSettings()


def load(path: Path | None = None, overrides: Mapping[str, Any] | None = None) -> Config:
    """The configuration of a file (config.yaml beside the code by default), with `overrides` merged over it.

    Raises `playbooks.schema.source.Broken` with every problem and its line.
    """
    document = read(path or DEFAULT, str(path or "config.yaml"))
    if document.data is not None and not isinstance(document.data, dict):
        raise Broken([document.problem((), "设置要写成“名称: 值”，可参照项目里的 config.yaml")])
    problems = _fill_in(document, document.data or {}, ())
    data = merged(document.data or {}, overrides or {})
    try:
        config = Config.model_validate(data)
    except ValidationError as error:
        raise Broken([*problems, *(problem_of(document, Config, detail) for detail in error.errors())]) from None
    if problems:
        raise Broken(problems)
    return config


def merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """A deep merge: mappings are merged, everything else is replaced."""
    result = dict(below)
    for key, value in above.items():
        old = result.get(key)
        result[key] = merged(old, value) if isinstance(old, Mapping) and isinstance(value, Mapping) else value
    return result


def place(path: Path) -> Path:
    """A path of the configuration: relative ones count from the project's folder."""
    return path if path.is_absolute() else ROOT / path


def database_url(config: Config) -> str:
    """The url with a relative SQLite file placed in the project's folder, whose parent is made."""
    url = config.database.url
    if not url.startswith("sqlite:///") or url in ("sqlite:///", "sqlite:///:memory:"):
        return url
    file = place(Path(url.removeprefix("sqlite:///")))
    file.parent.mkdir(parents=True, exist_ok=True)
    return f"sqlite:///{file}"


SECRETS = {("web", "token"), ("wechaty", "token")}
DATABASE = ("database", "url")
PASSWORD = re.compile(r"://[^/@]*:[^/@]+@")


def _fill_in(document: Document, data: Any, where: Where) -> list[Problem]:
    """Replace ${NAME} by the environment's value, in place; secrets written in clear are refused."""
    problems: list[Problem] = []
    for key, value in list(data.items() if isinstance(data, dict) else enumerate(data)):
        path = (*where, key)
        if isinstance(value, dict | list):
            problems += _fill_in(document, value, path)
        elif isinstance(value, str) and (found := FROM_ENVIRONMENT.fullmatch(value)):
            if found[1] in os.environ:
                data[key] = os.environ[found[1]]
            else:
                problems.append(document.problem(path, f"没有设置环境变量 {found[1]}，请先设置再启动"))
        elif isinstance(value, str) and (path in SECRETS or (path == DATABASE and PASSWORD.search(value))):
            problems.append(document.problem(path, "密钥不能直接写在文件里，请写成 ${环境变量名}"))
    return problems
