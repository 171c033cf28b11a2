"""What all pictures share: colours, the bundled Chinese font, a sheet with a head."""

from __future__ import annotations

from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont
from pylopdf_fonts_zh_cn import sans_path

INK, SOFT, GREEN, PALE, LINE, WHITE = "#1f2a2e", "#6b7a80", "#2f7d5b", "#eaf4ee", "#d9e2dd", "#ffffff"
ORANGE, BLUE, CREAM = "#b4540a", "#3a5ba0", "#fbefe3"
WIDTH = 720
Drawer = ImageDraw.ImageDraw


@lru_cache(maxsize=32)
def font(size: int) -> ImageFont.FreeTypeFont:
    """Noto Sans SC (SIL Open Font Licence), shipped by a dependency so that bare machines draw Chinese."""
    return ImageFont.truetype(sans_path(), size)


def canvas(height: int, title: str, subtitle: str = "") -> tuple[Image.Image, Drawer]:
    """A white sheet with a green head; what is too long for the head is shortened."""
    image = Image.new("RGB", (WIDTH, height), WHITE)
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, WIDTH, 96), fill=GREEN)
    pen.text((36, 26), fit(title, 34, WIDTH - 96 - font(24).getlength(subtitle)), font=font(34), fill=WHITE)
    pen.text((WIDTH - 36, 36), subtitle, font=font(24), fill=WHITE, anchor="ra")
    return image, pen


def fit(text: str, size: int, width: float) -> str:
    """The text, shortened with an ellipsis where it would not fit."""
    if font(size).getlength(text) <= width:
        return text
    while text and font(size).getlength(text + "…") > width:
        text = text[:-1]
    return text + "…"
