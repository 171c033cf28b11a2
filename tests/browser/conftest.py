"""A headless Chromium and a site for it. Without Chromium its tests are skipped, or fail when a skip counts as that."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.client import Page as Asker
from tests.browser.client import made, opened
from tests.browser.fake import FakeEngine
from tests.browser.site import Site

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP, PHONE, NARROW = (1280, 800), (390, 844), (360, 740)
Open = Callable[..., Page]


@pytest.fixture()
def engine(tmp_path: Path) -> Iterator[FakeEngine]:
    yield from made(tmp_path)


@pytest.fixture()
def page(engine: FakeEngine) -> Iterator[Asker]:
    yield from opened(engine)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser a file: while it is open, playwright holds this thread's event loop and `asyncio.run` cannot run."""
    path = os.environ.get("XINGLIN_CHROMIUM") or shutil.which("chromium")
    if not path:
        word = "没有找到 Chromium：装上它，或用 XINGLIN_CHROMIUM 指出它在哪里"
        if os.environ.get("XINGLIN_NO_SKIP") == "1":
            pytest.fail(word)
        pytest.skip(word)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture()
def site(tmp_path: Path) -> Iterator[Site]:
    running = Site(tmp_path).start()
    yield running
    running.stop()


@pytest.fixture()
def open_as(chromium: Browser, site: Site) -> Iterator[Open]:
    """`open_as("demo-zhangjie", PHONE)` → the page as that person; a page that reports an error fails the test."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def open_(me: str = "", size: tuple[int, int] = DESKTOP, conversation: str = "") -> Page:
        phone = size[0] <= 640
        context = chromium.new_context(
            viewport={"width": size[0], "height": size[1]},
            locale="zh-CN",
            has_touch=phone,
            is_mobile=phone,
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(8000)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"{site.url}/?me={me}" + (f"#{conversation}" if conversation else ""))
        page.locator("#list .row").first.wait_for(state="attached")
        return page

    yield open_
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture(scope="session")
def shots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the screenshots go: XINGLIN_SHOTS, or a folder of this run."""
    wanted = os.environ.get("XINGLIN_SHOTS")
    folder = Path(wanted) if wanted else tmp_path_factory.mktemp("shots")
    folder.mkdir(parents=True, exist_ok=True)
    return folder
