"""The web chat as people use it, in a real browser."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import DESKTOP, NARROW, PHONE, Open
from tests.browser.fake import ANSWER, REMINDER
from tests.browser.site import Site

DIABETES = "room:room-diabetes"
LONG = "https://example.org/" + "a" * 300


def write(page: Page, text: str) -> None:
    page.locator("#input").fill(text)
    page.locator("#input").press("Enter")


def row(page: Page, conversation: str) -> Locator:
    return page.locator(f'[data-conversation="{conversation}"] .row')


def bubbles(page: Page, text: str = "") -> Locator:
    """Of others, in the open conversation."""
    return page.locator(".said:not(.mine) .bubble", has_text=text)


def assert_no_sideways_scroll(page: Page) -> None:
    assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")
    assert page.locator("#lines").evaluate("lines => lines.scrollWidth <= lines.clientWidth")


def test_ask_in_the_room_and_see_the_answer_also_after_a_reload(open_as: Open, shots: Path) -> None:
    page = open_as("demo-zhangjie")
    row(page, DIABETES).click()
    expect(bubbles(page, "可以少量吃")).to_have_count(1)
    write(page, "@杏林 血糖高能吃西瓜吗")
    expect(bubbles(page, "可以少量吃")).to_have_count(2)
    expect(page.locator(".mine .bubble").last).to_have_text("@杏林 血糖高能吃西瓜吗")
    expect(bubbles(page).last).to_contain_text(ANSWER.splitlines()[1])
    expect(page.locator("#input")).to_have_value("")
    page.screenshot(path=shots / "desktop-room.png")
    page.reload()
    expect(bubbles(page, "可以少量吃")).to_have_count(2)


def test_switch_to_the_manager_and_read_what_is_new(open_as: Open, shots: Path) -> None:
    page = open_as("demo-zhangjie")
    expect(page.locator("#list .row")).to_have_count(2)
    page.locator("#me").click()
    page.screenshot(path=shots / "desktop-people.png")
    page.locator(".person", has_text="小林").click()
    expect(page.locator("#me-name")).to_have_text("小林")
    expect(page.locator("#list .row")).to_have_count(7)
    badge = row(page, DIABETES).locator(".badge")
    expect(badge).to_have_text("3")
    page.screenshot(path=shots / "desktop-manager.png")
    row(page, DIABETES).click()
    expect(badge).to_be_hidden()
    page.reload()
    expect(page.locator("#me-name")).to_have_text("小林")
    expect(badge).to_be_hidden()


def test_a_day_passes_and_the_reminder_comes(open_as: Open, shots: Path) -> None:
    page = open_as("demo-zhangjie", conversation=DIABETES)
    expect(page.locator("#now")).to_have_text("3月2日 周一 08:00")
    page.get_by_role("button", name="+1 天").click()
    expect(page.locator("#toast")).to_have_text("到了 3月3日 周二 08:00，杏林发出 1 条消息")
    expect(row(page, "private:demo-zhangjie").locator(".badge")).to_have_text("1")
    expect(page.locator(".when").first).to_have_text("昨天 08:00")
    row(page, "private:demo-zhangjie").click()
    expect(bubbles(page)).to_have_text([REMINDER])
    page.get_by_role("button", name="下一件事").click()
    expect(page.locator("#now")).to_have_text("3月4日 周三 07:30")
    expect(bubbles(page)).to_have_text([REMINDER, REMINDER])
    page.screenshot(path=shots / "desktop-reminder.png")


def test_two_people_see_each_other_at_once(open_as: Open) -> None:
    zhang, lin = open_as("demo-zhangjie", conversation=DIABETES), open_as("demo-xiaolin", conversation="room:room-knee")
    write(zhang, "大家早上好")
    expect(row(lin, DIABETES).locator(".row-last")).to_have_text("张姐：大家早上好")
    row(lin, DIABETES).click()
    write(lin, "@张姐 早")
    expect(bubbles(zhang, "@张姐 早")).to_have_count(1)


def test_the_mention_list_by_keyboard(open_as: Open, shots: Path) -> None:
    page = open_as("demo-zhangjie", conversation=DIABETES)
    field = page.locator("#input")
    field.press_sequentially("@")
    expect(page.locator("#mentions li")).to_have_count(5)
    page.screenshot(path=shots / "desktop-mention.png")
    field.press("ArrowDown")
    expect(page.locator("#mentions [aria-selected=true]")).to_contain_text("小林")
    field.press("Enter")
    expect(field).to_have_value("@小林 ")
    field.press_sequentially("您好 @陈")
    field.press("Tab")
    expect(field).to_have_value("@小林 您好 @陈医生 ")
    field.press("Shift+Enter")
    field.press_sequentially("第二行")
    field.press("Enter")
    expect(page.locator(".mine .bubble").last).to_have_text("@小林 您好 @陈医生 \n第二行", use_inner_text=True)


def test_chips_start_an_empty_private_chat(open_as: Open, shots: Path) -> None:
    page = open_as("demo-sunjie", PHONE)
    row(page, "private:demo-sunjie").tap()
    expect(page.locator("#chips button")).to_have_count(4)
    page.screenshot(path=shots / "phone-chips.png")
    page.locator("#chips button", has_text="帮助").tap()
    expect(bubbles(page)).to_have_text(["收到：帮助"])
    expect(page.locator("#chips")).to_be_hidden()


def test_markup_stays_text(open_as: Open) -> None:
    page = open_as("demo-zhangjie", conversation=DIABETES)
    evil = "<img src=x onerror=\"document.title='gone'\"><b>粗</b>"
    write(page, evil)
    expect(page.locator(".mine .bubble").last).to_have_text(evil)
    assert page.locator(".lines b").count() == 0 and page.title() != "gone"


def test_send_a_picture_and_look_at_it(open_as: Open, shots: Path) -> None:
    page = open_as("demo-zhangjie", conversation=DIABETES)
    photo = io.BytesIO()
    Image.linear_gradient("L").resize((1200, 900)).save(photo, "JPEG")
    page.locator("#file").set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": photo.getvalue()})
    picture = page.locator(".mine img.picture")
    expect(picture).to_have_count(1)
    expect(picture).to_have_js_property("naturalWidth", 1200)
    page.screenshot(path=shots / "desktop-picture.png")
    picture.click()
    expect(page.locator("#viewer")).to_be_visible()
    page.keyboard.press("Escape")
    page.locator("#file").set_input_files({"name": "b.png", "mimeType": "image/png", "buffer": b"no picture"})
    expect(page.locator("#toast")).to_have_text("这个文件打不开，请发 JPG 或 PNG 图片")


def test_a_newcomer_is_welcomed(open_as: Open, shots: Path) -> None:
    page = open_as("demo-zhangjie")
    page.locator("#me").click()
    page.locator("#add").click()
    page.locator("[name=name]").fill("张姐")
    page.screenshot(path=shots / "desktop-newcomer.png")
    page.get_by_role("button", name="进群").click()
    expect(page.locator("#newcomer-wrong")).to_have_text("已经有一位“张姐”了，换个称呼吧")
    page.locator("[name=name]").fill("刘叔")
    page.get_by_role("button", name="进群").click()
    expect(page.locator("#me-name")).to_have_text("刘叔")
    row(page, DIABETES).click()
    expect(page.locator(".notice").last).to_have_text("张姐邀请刘叔加入了群聊")
    expect(bubbles(page, "欢迎刘叔")).to_have_count(1)


@pytest.mark.parametrize("size", [NARROW, PHONE])
def test_a_phone_has_two_screens_and_no_sideways_scroll(open_as: Open, shots: Path, size: tuple[int, int]) -> None:
    page = open_as("demo-xiaolin", size)
    name = f"phone-{size[0]}"
    assert_no_sideways_scroll(page)
    page.screenshot(path=shots / f"{name}-list.png")
    row(page, DIABETES).tap()
    write(page, LONG)
    write(page, "@杏林 血糖高能吃西瓜吗")
    expect(bubbles(page, "可以少量吃")).to_have_count(2)
    expect(page.locator("#list")).to_be_hidden()
    assert_no_sideways_scroll(page)
    page.screenshot(path=shots / f"{name}-room.png")
    page.locator("#me").tap()
    page.screenshot(path=shots / f"{name}-people.png")
    page.keyboard.press("Escape")
    page.locator("#back").tap()
    expect(page.locator("#list")).to_be_visible()
    expect(page.locator("#talk")).to_be_hidden()
    page.go_back()
    expect(page.locator("#topic")).to_contain_text("糖尿病新手群")


def test_it_comes_back_by_itself_and_sends_what_waited(open_as: Open, site: Site, shots: Path) -> None:
    page = open_as("demo-zhangjie", conversation=DIABETES)
    expect(bubbles(page, "可以少量吃")).to_have_count(1)
    port = site.port
    site.pause()
    expect(page.locator("#offline")).to_be_visible()
    write(page, "@杏林 还在吗")
    expect(page.locator(".again")).to_be_visible()
    page.screenshot(path=shots / "desktop-offline.png")
    site.resume(port)
    expect(page.locator("#offline")).to_be_hidden()
    expect(bubbles(page, "收到：@杏林 还在吗")).to_have_count(1)
    expect(page.locator(".mine .bubble", has_text="还在吗")).to_have_count(1)
    expect(page.locator(".pending")).to_have_count(0)


def test_the_token_opens_the_page_once_and_leaves_the_address_bar(chromium: Browser, tmp_path: Path) -> None:
    site = Site(tmp_path, token="a-long-token").start()
    page = chromium.new_page()
    page.goto(site.url)
    expect(page.locator("h1")).to_have_text("还不能进入")
    page.goto(f"{site.url}/?token=a-long-token")
    expect(page.locator("#list .row")).to_have_count(2)
    assert page.url == f"{site.url}/?me=demo-zhangjie"
    page.reload()
    expect(page.locator("#list .row")).to_have_count(2)
    expect(page.locator("#offline")).to_be_hidden()
    page.close()
    site.stop()


def test_everything_important_is_reached_by_keyboard(open_as: Open) -> None:
    page = open_as("demo-zhangjie", DESKTOP)
    reached = []
    for _ in range(6):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.textContent.trim().slice(0, 6)"))
    assert reached[:3] == ["下一件事", "+1 小时", "+1 天"]
    assert reached[3].startswith("您是") and reached[4].startswith("杏")
    page.keyboard.press("Enter")
    expect(page.locator("#input")).to_be_focused()
