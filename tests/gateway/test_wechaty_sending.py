"""What we send reaches people on WeChat, or says truthfully why not."""

from __future__ import annotations

import base64

import pytest

from bot.channels.base import Delivery, Refused, Unknown
from tests.gateway.harness import GatewayProcess, until
from tests.gateway.world import NOON, PNG, ROOM, ZHANG, Bot, run


def test_text_and_mention_to_a_room(gateway: GatewayProcess) -> None:
    async def story(bot: Bot) -> None:
        message = Delivery("k1", "记得测血糖", room=gateway.rooms[ROOM], mentions=(ZHANG,))
        receipt = await bot.send(message)
        assert (receipt.id, receipt.at) == ("", NOON)
        await until(lambda: gateway.sent)
        assert gateway.sent == [{"room": ROOM, "text": "@张姐\u2005记得测血糖", "mentions": ["张姐"]}]

    run(story, gateway)


def test_text_and_picture_in_private(gateway: GatewayProcess) -> None:
    async def story(bot: Bot) -> None:
        gateway.do("number", on=True)
        receipt = await bot.send(Delivery("k2", "你的曲线", person=gateway.people["张姐"], picture=PNG))
        assert receipt.id.startswith("sent-")
        await until(lambda: len(gateway.sent) == 2)
        assert gateway.sent[0] == {"to": "张姐", "text": "你的曲线", "mentions": []}
        assert base64.b64decode(gateway.sent[1]["image"]) == PNG

    run(story, gateway)


def test_picture_alone_to_a_room(gateway: GatewayProcess) -> None:
    async def story(bot: Bot) -> None:
        await bot.send(Delivery("k3", "", room=gateway.rooms[ROOM], picture=PNG))
        await until(lambda: gateway.sent)
        assert [(sent["room"], base64.b64decode(sent["image"])) for sent in gateway.sent] == [(ROOM, PNG)]

    run(story, gateway)


def test_our_own_voice_is_not_heard(gateway: GatewayProcess) -> None:
    async def story(bot: Bot) -> None:
        await bot.send(Delivery("k4", "大家好", room=gateway.rooms[ROOM]))
        gateway.do("say", **{"from": "张姐"}, room=ROOM, text="你好")
        assert (await bot.hears()).text == "你好"

    run(story, gateway)


@pytest.mark.parametrize(
    "message",
    [
        Delivery("k5", "在吗", person="nobody"),
        Delivery("k6", "在吗", room="nowhere@chatroom"),
        Delivery("k7", "", person="zhang", picture=bytes(3_000_000)),
        Delivery("k8", "没有收件人"),
    ],
    ids=["unknown person", "unknown room", "picture too large", "no recipient"],
)
def test_what_can_never_arrive_is_refused(gateway: GatewayProcess, message: Delivery) -> None:
    async def story(bot: Bot) -> None:
        with pytest.raises(Refused):
            await bot.send(message)
        assert gateway.sent == []

    run(story, gateway)


def test_no_answer_in_time_is_an_unknown_outcome(gateway: GatewayProcess) -> None:
    async def story(bot: Bot) -> None:
        gateway.do("stall", on=True)
        with pytest.raises(Unknown):
            await bot.send(Delivery("k9", "在吗", person="zhang"))

    run(story, gateway, timeout=0.5)


def test_an_error_about_somebody_the_gateway_knows_is_an_unknown_outcome(gateway: GatewayProcess) -> None:
    async def story(bot: Bot) -> None:
        gateway.do("refuse", file=2)
        with pytest.raises(Unknown):
            await bot.send(Delivery("k10", "", person="zhang", picture=PNG))

    run(story, gateway)


def test_a_refused_picture_is_refused_but_not_when_its_text_has_arrived(gateway: GatewayProcess) -> None:
    async def story(bot: Bot) -> None:
        gateway.do("refuse", file=3)
        with pytest.raises(Refused):
            await bot.send(Delivery("k11", "", person="zhang", picture=PNG))
        with pytest.raises(Unknown):
            await bot.send(Delivery("k12", "你的曲线", person="zhang", picture=PNG))

    run(story, gateway)
