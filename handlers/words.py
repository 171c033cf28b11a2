"""Chat words live in templates and playbooks; this renders them. Sandboxed: a template can look, not act."""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined, Template, TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from handlers.contract import Private

FOLDER = Path(__file__).parent.parent / "templates"
PRIVATE_FOLDERS = frozenset({"record", "reminder", "journey", "why"})
PRIVATE = frozenset(
    {
        "plan/progress",
        "plan/person",
        "plan/date",
        "check_in/kept",
        "check_in/abnormal",
        "check_in/back",
        "challenge/late_how",
        "challenge/mates",
        "challenge/mate_done",
        "admin/portrait",
        "consent/copy",
        "consent/erase_ask",
    }
)
"""Templates that show somebody's values, plans or records."""
NAMES_ONLY = (nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name)
"""All that a playbook's own text may be made of: words, and names whose values are filled in."""
BLANK_LINES = re.compile(r"\n{3,}")


def one_line(text: str, most: int) -> str:
    """Somebody else's words as a quotation: no line breaks that could pass for a message of ours, and not too long."""
    flat = " ".join(str(text).split())
    return flat if len(flat) <= most else flat[: most - 1] + "…"


def spoken_span(long: dt.timedelta) -> str:
    """2 天, 12 小时."""
    days, rest = divmod(long, dt.timedelta(days=1))
    return f"{days} 天" if not rest else f"{long // dt.timedelta(hours=1)} 小时"


class Words:
    """Renders `templates/<name>.txt.j2` and the texts of playbooks."""

    def __init__(self, folder: Path = FOLDER, **common: Any) -> None:
        self._environment = ImmutableSandboxedEnvironment(
            loader=FileSystemLoader(folder),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            autoescape=False,
        )
        self._environment.globals.update(common)
        self._environment.filters["one_line"] = one_line
        self._environment.filters["span"] = spoken_span
        self._inline = lru_cache(maxsize=1024)(self._names_only)

    def __call__(self, name: str, /, **values: Any) -> str:
        """The text of `templates/<name>.txt.j2`."""
        text = self._tidy(self._environment.get_template(f"{name}.txt.j2"), values)
        return Private(text) if name in PRIVATE or name.split("/")[0] in PRIVATE_FOLDERS else text

    def inline(self, text: str, /, **values: Any) -> str:
        """A playbook's own text; raises `TemplateSyntaxError` when there is more in it than words and names."""
        return self._tidy(self._inline(text), values)

    def _names_only(self, text: str) -> Template:
        """Refused before it is compiled: the compiler itself works out `'a' * 10**9`."""
        for node in self._environment.parse(text).find_all(nodes.Node):
            if not isinstance(node, NAMES_ONLY):
                raise TemplateSyntaxError("only names may stand in {{ }}", getattr(node, "lineno", 1) or 1)
        return self._environment.from_string(text)

    def exists(self, name: str) -> bool:
        return name in self.names()

    def names(self) -> list[str]:
        """The names of all templates of the chat."""
        ending = ".txt.j2"
        return [name.removesuffix(ending) for name in self._environment.list_templates() if name.endswith(ending)]

    @staticmethod
    def _tidy(template: Template, values: dict[str, Any]) -> str:
        return BLANK_LINES.sub("\n\n", template.render(**values)).strip()
