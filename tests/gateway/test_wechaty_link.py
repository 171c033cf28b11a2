"""Gateways die, links go silent, accounts log out: the channel says so and comes back."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path

import pytest
import structlog.testing

from bot.channels.base import Delivery, LinkState, NotDelivered, Unknown
from bot.channels.wechaty import WechatyChannel
from bot.channels.wechaty.channel import _end, _in_own_task
from bot.channels.wechaty.gateway import Gateway
from tests.gateway.harness import GatewayProcess, Wire, free_port, until
from tests.gateway.world import NOON, ROOM, Bot, a_bot, channel_to, run


def test_nothing_is_delivered_while_the_gateway_is_not_there() -> None:
    async def story() -> None:
        channel = WechatyChannel(f"127.0.0.1:{free_port()}", "token", lambda: NOON, tls=False)
        with pytest.raises(NotDelivered):
            await channel.send(Delivery("k13", "在吗", person="zhang"))
        await channel.start(Bot(channel).accept)
        with pytest.raises(NotDelivered):
            await channel.send(Delivery("k14", "在吗", person="zhang"))
        await channel.stop()
        assert channel.state is LinkState.DOWN

    asyncio.run(story())


def test_back_after_the_gateway_was_killed(mortal_gateway: GatewayProcess) -> None:
    async def story(bot: Bot) -> None:
        mortal_gateway.do("say", **{"from": "张姐"}, room=ROOM, text="之前")
        await bot.hears()
        mortal_gateway.kill()
        await until(lambda: bot.channel.state is not LinkState.UP)
        with pytest.raises(NotDelivered):
            await bot.send(Delivery("k15", "在吗", person="zhang"))
        mortal_gateway.start()
        await bot.is_(LinkState.UP, seconds=30)
        mortal_gateway.do("say", **{"from": "张姐"}, room=ROOM, text="之后")
        assert (await bot.hears(2)).text == "之后"
        await bot.send(Delivery("k16", "回来了", room=mortal_gateway.rooms[ROOM]))
        await until(lambda: mortal_gateway.sent)

    with structlog.testing.capture_logs() as logs:
        run(story, mortal_gateway)
    holes = [line["hole_seconds"] for line in logs if line["event"] == "wechaty_up"]
    assert holes[0] == 0
    assert holes[1] > 0


def test_a_link_that_died_in_silence_is_noticed_and_its_dead_stream_evicted(gateway: GatewayProcess) -> None:
    async def story() -> None:
        async with Wire(gateway.port) as wire, a_bot(gateway, endpoint=wire.endpoint, keepalive=0.3) as bot:
            wire.go_dead()
            await until(lambda: bot.channel.state is not LinkState.UP)
            await bot.is_(LinkState.UP)
            gateway.do("say", **{"from": "张姐"}, text="还在吗")
            assert (await bot.hears()).text == "还在吗"

    with structlog.testing.capture_logs() as logs:
        asyncio.run(story())
    assert "wechaty_dead_stream_evicted" in {line["event"] for line in logs}


def test_a_message_into_a_silent_link_is_an_unknown_outcome(gateway: GatewayProcess) -> None:
    async def story() -> None:
        async with Wire(gateway.port) as wire, a_bot(gateway, endpoint=wire.endpoint, timeout=0.5) as bot:
            wire.go_dead()
            with pytest.raises(Unknown):
                await bot.send(Delivery("k19", "在吗", person="zhang"))

    asyncio.run(story())


def test_stopping_does_not_wait_for_a_task_whose_cancellation_was_lost() -> None:
    async def stubborn() -> None:
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(60)
        await asyncio.sleep(60)

    async def story() -> None:
        task = asyncio.create_task(stubborn())
        await asyncio.sleep(0)
        await asyncio.wait_for(_end(task), timeout=5)

    asyncio.run(story())


def test_a_sender_cancelled_while_its_link_breaks_is_cancelled() -> None:
    async def breaks() -> str:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            raise Unknown from None
        return ""

    async def story() -> None:
        task = asyncio.create_task(_in_own_task(breaks()))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(story())


def test_a_stream_somebody_left_open_is_evicted(gateway: GatewayProcess) -> None:
    async def story() -> None:
        left_open = Gateway(gateway.endpoint, gateway.token, None, timeout=5, keepalive=5)
        async with left_open.events() as events:
            await anext(events)
            async with a_bot(gateway) as bot:
                gateway.do("say", **{"from": "张姐"}, text="早")
                assert (await bot.hears()).text == "早"
        left_open.disconnect()

    asyncio.run(story())


def test_logged_out_is_not_up(gateway: GatewayProcess) -> None:
    async def story(bot: Bot) -> None:
        gateway.do("logout")
        await bot.is_(LinkState.CONNECTING)
        with pytest.raises(NotDelivered):
            await bot.send(Delivery("k17", "在吗", person="zhang"))
        gateway.do("login")
        await bot.is_(LinkState.UP)

    run(story, gateway)


def test_another_account_is_told_from_the_one_before(mortal_gateway: GatewayProcess) -> None:
    async def story(bot: Bot) -> None:
        assert bot.channel.account == "bot" and not bot.channel.capabilities.stable_ids
        mortal_gateway.do("logout")
        await bot.is_(LinkState.CONNECTING)
        assert bot.channel.account == "bot", "nobody else yet"
        mortal_gateway.do("login", **{"as": "王叔"})
        await bot.is_(LinkState.UP)
        assert bot.channel.account == "wang"

    run(story, mortal_gateway)


def test_a_wrong_token_never_comes_up(gateway: GatewayProcess) -> None:
    async def story() -> None:
        bot = Bot(channel_to(gateway, token="insecure_wrong"))
        with structlog.testing.capture_logs() as logs:
            await bot.channel.start(bot.accept)
            await until(lambda: [line for line in logs if line.get("status") == "UNAUTHENTICATED"])
        assert bot.channel.state is not LinkState.UP
        await bot.channel.stop()

    asyncio.run(story())


def test_tls_with_the_server_name_of_the_token(tls_gateway: GatewayProcess, tmp_path: Path) -> None:
    ca_file = tmp_path / "ca.pem"
    ca_file.write_text(tls_gateway.ca)

    async def story(bot: Bot) -> None:
        tls_gateway.do("say", **{"from": "张姐"}, text="早")
        assert (await bot.hears()).text == "早"

    run(story, tls_gateway, tls=True, tls_ca_file=str(ca_file))
