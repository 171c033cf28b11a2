"""The whole assistant in a real browser: `xinglin run` as a process, its own playbooks, its own clock."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 40
DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _config(folder: Path) -> Path:
    text = (ROOT / "config.yaml").read_text(encoding="utf-8")
    text = text.replace("sqlite:///data/xinglin.db", f"sqlite:///{folder}/xinglin.db")
    path = folder / "config.yaml"
    path.write_text(text.replace("data/xinglin.key", f"{folder}/xinglin.key"), encoding="utf-8")
    return path


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/health", timeout=1) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a started process; afterwards Ctrl-C must end it with 0."""
    folder, port = tmp_path_factory.mktemp("deployment"), _free_port()
    command = [sys.executable, "-m", "bot", "run", "--config", str(_config(folder)), "--port", str(port)]
    log = (folder / "log").open("w")
    process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log, env={**os.environ, "NO_COLOR": "1"})
    url = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not _answers(url) and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.1)
        assert _answers(url), (folder / "log").read_text(encoding="utf-8")
        yield url
        process.send_signal(signal.SIGINT)
        assert process.wait(15) == 0, (folder / "log").read_text(encoding="utf-8")
    finally:
        if process.poll() is None:
            process.kill()
        log.close()


def _open(chromium: Browser, url: str, size: dict[str, int]) -> Page:
    page = chromium.new_page(viewport=size, locale="zh-CN")
    page.set_default_timeout(10_000)
    page.goto(url)
    page.locator("#list .row").first.wait_for(state="attached")
    return page


def _say(page: Page, words: str) -> None:
    page.locator("#input").fill(words)
    page.locator("#input").press("Enter")
    expect(page.locator(".mine .bubble").last).to_contain_text(words.split()[0])


def _answer(page: Page, words: str) -> None:
    expect(page.locator(".said:not(.mine) .bubble", has_text=words).last).to_be_visible()


def _go(page: Page, conversation: str) -> None:
    page.locator(f'[data-conversation="{conversation}"] .row').click()


def _become(page: Page, name: str) -> None:
    page.locator("#me").click()
    page.locator(".person", has_text=name).click()
    expect(page.locator("#me-name")).to_have_text(name)


def test_patient_manager_and_a_day(chromium: Browser, running: str, shots: Path) -> None:
    page = _open(chromium, running, DESKTOP)
    _go(page, "room:room-diabetes")
    _say(page, "@杏林 糖尿病人可以喝稀饭吗")
    _answer(page, "审核")
    page.screenshot(path=shots / "main-room.png")
    _go(page, "private:demo-zhangjie")
    _say(page, "同意")
    _answer(page, "健康档案")
    _say(page, "打卡 血压 130/85")
    _answer(page, "130/85")
    _say(page, "每天早上9点提醒我吃药")
    _answer(page, "每天 09:00")
    page.get_by_role("button", name="+1 天").click()
    _answer(page, "该吃药了")
    page.screenshot(path=shots / "main-private.png")
    _become(page, "小林")
    _go(page, "room:room-staff")
    _say(page, "#统计")
    _answer(page, "成员总数")
    expect(page.locator(".said:not(.mine) img").last).to_be_visible()
    page.screenshot(path=shots / "main-manager.png")
    if os.environ.get("XINGLIN_README_SHOT"):
        shutil.copy(shots / "main-room.png", ROOT / "docs" / "web-chat.png")


def test_a_phone_needs_no_sideways_scroll(chromium: Browser, running: str, shots: Path) -> None:
    page = _open(chromium, running, PHONE)
    assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")
    _go(page, "private:demo-zhangjie")
    _say(page, "帮助")
    _answer(page, "打卡")
    assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")
    page.screenshot(path=shots / "main-phone.png")
