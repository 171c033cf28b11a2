"""Pictures that people send: checked, turned upright, stripped of where and when they were taken, made smaller."""

from __future__ import annotations

import io

from PIL import Image, ImageOps, UnidentifiedImageError

MAX_BYTES = 5 * 1024 * 1024
MAX_PIXELS = 20_000_000
LONGEST_SIDE = 2000
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP")
PNG_MARK = b"\x89PNG"


class NotAPicture(ValueError):
    """These bytes cannot be kept as a picture; the message says why, in Chinese."""


def clean(data: bytes) -> bytes:
    """A fresh JPEG (or PNG when it is see-through) with the same content and nothing else. Raises NotAPicture."""
    if len(data) > MAX_BYTES:
        raise NotAPicture("图片太大了，请发 5 MB 以内的")
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise NotAPicture("图片太大了，请发 2000 万像素以内的")
            return _encoded(ImageOps.exif_transpose(picture))
    except NotAPicture:
        raise
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError, EOFError):
        raise NotAPicture("这个文件打不开，请发 JPG 或 PNG 图片") from None


def media_type(data: bytes) -> str:
    """Of what is stored: nothing but PNG and JPEG ever is."""
    return "image/png" if data.startswith(PNG_MARK) else "image/jpeg"


def _encoded(picture: Image.Image) -> bytes:
    see_through = picture.has_transparency_data
    picture = picture.convert("RGBA" if see_through else "RGB")
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    picture.info.clear()
    out = io.BytesIO()
    picture.save(out, "PNG") if see_through else picture.save(out, "JPEG", quality=88)
    return out.getvalue()
