"""What people do on WeChat reaches us, through a real gateway."""

from __future__ import annotations

import asyncio
import base64
import datetime as dt

import pytest
import structlog.testing

from bot.channels.base import Contact, Delivery, EventKind, LinkState, RawEvent, Refused
from tests.gateway.harness import GatewayProcess, until
from tests.gateway.world import PNG, ROOM, ZHANG, Bot, channel_to, run


def test_room_text_with_a_mention(gateway: GatewayProcess) -> None:
    async def story(bot: Bot) -> None:
        gateway.do("say", **{"from": "张姐"}, room=ROOM, text="@杏林 空腹血糖 7.2 高吗", mention=True)
        event = await bot.hears()
        assert (event.kind, event.sender, event.text) == (EventKind.TEXT, ZHANG, "@杏林 空腹血糖 7.2 高吗")
        assert (event.room, event.room_topic) == (gateway.rooms[ROOM], ROOM)
        assert event.mentions == ("bot",)
        assert event.mentions_bot
        assert event.message_id
        assert event.channel == "wechaty"

    run(story, gateway)


def test_the_time_is_the_platforms_not_ours(gateway: GatewayProcess) -> None:
    async def story(bot: Bot) -> None:
        gateway.do("say", **{"from": "张姐"}, room=ROOM, text="早")
        event = await bot.hears()
        assert abs(dt.datetime.now(dt.UTC) - event.at) < dt.timedelta(minutes=5)

    run(story, gateway)


@pytest.mark.parametrize(("text", "meant"), [("@杏林 在吗", True), ("杏林在吗", False), ("@李哥 在吗", False)])
def test_without_mention_ids_our_name_in_the_text_counts(gateway: GatewayProcess, text: str, meant: bool) -> None:
    async def story(bot: Bot) -> None:
        gateway.do("say", **{"from": "张姐"}, room=ROOM, text=text)
        assert (await bot.hears()).mentions_bot is meant

    run(story, gateway)


def test_private_text(gateway: GatewayProcess) -> None:
    async def story(bot: Bot) -> None:
        gateway.do("say", **{"from": "张姐"}, text="我想退群")
        event = await bot.hears()
        assert (event.room, event.sender, event.text) == (None, ZHANG, "我想退群")
        assert not event.mentions_bot

    run(story, gateway)


def test_image_arrives_whole(gateway: GatewayProcess) -> None:
    async def story(bot: Bot) -> None:
        gateway.do("image", **{"from": "张姐"}, room=ROOM, base64=base64.b64encode(PNG).decode())
        event = await bot.hears()
        assert (event.kind, event.image, event.text) == (EventKind.IMAGE, PNG, "")

    run(story, gateway)


def test_image_beyond_the_limit_arrives_without_bytes(gateway: GatewayProcess) -> None:
    async def story(bot: Bot) -> None:
        gateway.do("image", **{"from": "张姐"}, base64=base64.b64encode(bytes(5_200_000)).decode())
        event = await bot.hears()
        assert (event.kind, event.image) == (EventKind.IMAGE, None)

    run(story, gateway)


def test_join_tells_who_came_and_who_invited(gateway: GatewayProcess) -> None:
    async def story(bot: Bot) -> None:
        gateway.do("join", people=["王叔"], by="李哥", room=ROOM)
        event = await bot.hears()
        assert (event.kind, event.room_topic) == (EventKind.JOIN, ROOM)
        assert event.sender == Contact("li", "李哥")
        assert event.people == (Contact("wang", "王叔"),)

    run(story, gateway)


def test_leave_tells_who_went_and_is_another_event_than_the_join(gateway: GatewayProcess) -> None:
    async def story(bot: Bot) -> None:
        gateway.do("join", people=["王叔"], by="李哥", room=ROOM)
        gateway.do("leave", people=["王叔"], by="张姐", room=ROOM)
        event = await bot.hears(2)
        assert (event.kind, event.sender) == (EventKind.LEAVE, ZHANG)
        assert event.people == (Contact("wang", "王叔"),)
        assert len({heard.message_id for heard in bot.heard}) == 2

    run(story, gateway)


def test_our_own_coming_is_nobodys(gateway: GatewayProcess) -> None:
    async def story(bot: Bot) -> None:
        gateway.do("join", people=["杏林"], by="李哥", room=ROOM)
        gateway.do("join", people=["杏林", "王叔"], by="李哥", room=ROOM)
        assert (await bot.hears()).people == (Contact("wang", "王叔"),)

    run(story, gateway)


def test_friend_request_is_accepted_and_told_once(gateway: GatewayProcess) -> None:
    async def story(bot: Bot) -> None:
        gateway.do("friend", **{"from": "王叔"}, hello="我是王叔")
        event = await bot.hears()
        assert (event.kind, event.sender, event.text) == (EventKind.FRIEND, Contact("wang", "王叔"), "我是王叔")
        assert len(gateway.accepted) == 1
        gateway.do("friend", **{"from": "王叔"}, confirmed=True)
        gateway.do("friend", **{"from": "李哥"}, confirmed=True)
        assert (await bot.hears(2)).sender == Contact("li", "李哥")

    run(story, gateway, accept_friends=True)


def test_friend_request_waits_for_a_person_unless_we_may_accept(gateway: GatewayProcess) -> None:
    async def story(bot: Bot) -> None:
        gateway.do("friend", **{"from": "王叔"}, hello="我是王叔")
        gateway.do("friend", **{"from": "李哥"}, confirmed=True)
        assert (await bot.hears()).sender == Contact("li", "李哥")
        assert gateway.accepted == []

    run(story, gateway)


def test_a_burst_keeps_its_order(gateway: GatewayProcess) -> None:
    async def story(bot: Bot) -> None:
        for number in range(50):
            gateway.do("say", **{"from": "张姐"}, room=ROOM, text=str(number))
        await bot.hears(50)
        assert [event.text for event in bot.heard] == [str(number) for number in range(50)]
        assert len({event.message_id for event in bot.heard}) == 50

    run(story, gateway)


def test_a_slow_image_holds_up_its_own_chat_only(gateway: GatewayProcess) -> None:
    async def story() -> None:
        released = asyncio.Event()
        heard: list[str] = []

        async def accept(event: RawEvent) -> None:
            if event.kind is EventKind.IMAGE:
                await released.wait()
            heard.append(event.text or event.kind)

        channel = channel_to(gateway)
        await channel.start(accept)
        await until(lambda: channel.state is LinkState.UP)
        gateway.do("image", **{"from": "张姐"}, base64=base64.b64encode(PNG).decode())
        gateway.do("say", **{"from": "张姐"}, text="这是我的早餐")
        gateway.do("say", **{"from": "李哥"}, text="胸口疼")
        await until(lambda: heard == ["胸口疼"])
        released.set()
        await until(lambda: heard == ["胸口疼", "image", "这是我的早餐"])
        await channel.stop()

    asyncio.run(story())


def test_an_event_is_told_again_until_it_is_stored(gateway: GatewayProcess) -> None:
    async def story() -> None:
        attempts: list[str] = []

        async def accept(event: RawEvent) -> None:
            attempts.append(event.message_id)
            if len(attempts) == 1:
                raise RuntimeError("database is locked")

        channel = channel_to(gateway)
        await channel.start(accept)
        await until(lambda: channel.state is LinkState.UP)
        gateway.do("say", **{"from": "张姐"}, text="早")
        await until(lambda: len(attempts) == 2)
        assert len(set(attempts)) == 1
        await channel.stop()

    asyncio.run(story())


def test_logs_carry_ids_and_no_words(gateway: GatewayProcess) -> None:
    words = "我的秘密"

    async def story(bot: Bot) -> None:
        gateway.do("say", **{"from": "张姐"}, room=ROOM, text=words)
        gateway.do("friend", **{"from": "王叔"}, hello=words)
        await bot.hears(2)
        with pytest.raises(Refused) as refused:
            await bot.send(Delivery("k18", words, person="nobody"))
        assert words not in str(refused.value)

    with structlog.testing.capture_logs() as logs:
        run(story, gateway, accept_friends=True)
    assert logs
    assert words not in str(logs)
    assert "张姐" not in str(logs)
