"""Another account of ours is logged in: whose id it is is unsure, and nothing personal is sent, shown or kept."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Iterator

import pytest
from structlog.testing import capture_logs

from bot.channels.base import Capabilities, Contact, EventKind, RawEvent
from bot.channels.memory import Sent
from bot.logins import Logins
from bot.stories.world import World, person_id, room_id
from handlers.contract import Kind, Outgoing, Picture, Private
from handlers.services.staff.roles import roles_of, with_roles
from playbooks.library import Library
from storage.queries import outbox, people, profile, staff
from tests.unit.office import HOUR, LI, LIN, NOON, ZHANG, Fake, Office, office, push, say

STRANGER = 4


@pytest.fixture(autouse=True, scope="module")
def quiet() -> Iterator[None]:
    with capture_logs():
        yield


def unstable(account: str = "old", name: str = "memory") -> Fake:
    return Fake(Capabilities(stable_ids=False), account=account, name=name)


def frozen(at: Office) -> list[str]:
    with at.world.app.database.reading() as work:
        return [one.name for one in people.frozen(work)]


# --- noticing ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accounts", "expected"),
    [
        (["old"], []),
        (["", "old", "old"], []),
        (["old", "", "old"], []),
        (["old", "new"], ["张姐", "李哥"]),
        (["old", "", "new"], ["张姐", "李哥"]),
        (["old", "new", "old"], ["张姐", "李哥"]),
    ],
)
def test_only_another_account_freezes_and_never_the_staff_of_the_configuration(
    accounts: list[str], expected: list[str]
) -> None:
    async def go() -> None:
        async with office(unstable("")) as at:
            for account in accounts:
                at.channel.account = account
                await at.later(HOUR)
            assert sorted(frozen(at)) == sorted(expected)
            assert len(at.channel.texts) == len([one for one in accounts[1:] if expected and one]), "staff hear of each"

    asyncio.run(go())


def test_where_ids_are_stable_the_account_does_not_matter() -> None:
    async def go() -> None:
        async with office(Fake(account="old")) as at:
            await at.sender.drain()
            at.channel.account = "new"
            await at.sender.drain()
            assert frozen(at) == []

    asyncio.run(go())


def test_who_is_known_survives_the_process_and_belongs_to_the_channel() -> None:
    async def go() -> None:
        async with office(unstable()) as at:
            await at.sender.drain()
            with at.world.app.database.transaction() as work:
                people.meet(work, "web", "x", "网友", NOON)
                Logins(at.world.desk, {"memory": unstable("old")}).notice(work)
                assert people.frozen(work) == []
                Logins(at.world.desk, {"memory": unstable("new")}).notice(work)
                assert {one.name for one in people.frozen(work)} == {"张姐", "李哥"}

    asyncio.run(go())


def test_a_change_that_is_rolled_back_is_noticed_again() -> None:
    async def go() -> None:
        async with office(unstable()) as at:
            await at.sender.drain()
            channel = unstable("new")
            logins = Logins(at.world.desk, {"memory": channel})
            with pytest.raises(RuntimeError), at.world.app.database.transaction() as work:
                logins.notice(work)
                logins.notice(work)
                raise RuntimeError
            assert frozen(at) == []
            with at.world.app.database.transaction() as work:
                logins.notice(work)
            assert frozen(at) != []

    asyncio.run(go())


def test_the_first_message_after_the_login_is_already_from_somebody_unsure() -> None:
    async def go() -> None:
        world = World(NOON, {"张姐": {}, "小林": {"role": "manager"}}, {"工作人员群": ["小林"]}, {}, Library.of(()))
        await world.start()
        await world.give_consent(["张姐"])
        await world.say("张姐", "帮助")
        world.channel.account = "new"
        sent = await world.say("张姐", "我的打卡")
        assert any("核对" in one.delivery.text and one.delivery.person == person_id("张姐") for one in sent)
        await world.close()

    asyncio.run(go())


# --- the gate ----------------------------------------------------------------------------------------------------

CURVE = Picture("trend", {})


@pytest.mark.parametrize(
    "message",
    [
        push(),
        say("该吃二甲双胍了", kind=Kind.REMINDER),
        say(Private("您的血压 143/92")),
        say("图", picture=CURVE),
        say("【警报】李哥胸痛", kind=Kind.SAFETY, about=LI),
        say("【问题】李哥问", kind=Kind.STAFF, about=LI),
    ],
    ids=["push", "reminder", "record", "curve", "alert about another", "case of another"],
)
def test_what_is_personal_is_held_until_verified_and_then_goes_out(message: Outgoing) -> None:
    async def go() -> None:
        async with office(unstable()) as at:
            at.change(ZHANG, frozen_since=NOON)
            at.post(message)
            await at.sender.drain()
            assert at.states() == [("held", "frozen")] and at.channel.sent == []
            with at.world.app.database.transaction() as work:
                people.unfreeze(work, [ZHANG])
                assert outbox.release(work, [ZHANG], "frozen", at.world.clock.now()) == 1
            await at.sender.drain()
            assert [one.person for one in at.channel.sent] == ["person-张姐"] or message.picture

    asyncio.run(go())


@pytest.mark.parametrize(
    "message",
    [
        say("水果可以吃"),
        say("请打 120", kind=Kind.SAFETY),
        say("请打 120", kind=Kind.SAFETY, about=ZHANG),
        push(LI),
        say(Private("李哥的血压"), LI),
    ],
    ids=["answer", "first aid", "first aid about herself", "push to another", "record of another"],
)
def test_answers_and_first_aid_go_out_and_others_are_not_touched(message: Outgoing) -> None:
    async def go() -> None:
        async with office(unstable()) as at:
            at.change(ZHANG, frozen_since=NOON)
            at.post(message)
            await at.sender.drain()
            assert at.states() == [("sent", "")]

    asyncio.run(go())


def test_what_is_too_late_or_another_persons_or_held_for_another_reason_stays() -> None:
    async def go() -> None:
        async with office(unstable()) as at:
            at.change(ZHANG, frozen_since=NOON)
            at.change(LI, frozen_since=NOON)
            at.post(say("吃药", kind=Kind.REMINDER, expires=NOON + HOUR), say("吃药", LI, kind=Kind.REMINDER))
            at.post(push())
            await at.sender.drain()
            at.change(LIN, unsubscribed=True)
            at.post(push(LIN))
            await at.sender.drain()
            at.world.clock.jump(NOON + 2 * HOUR)
            with at.world.app.database.transaction() as work:
                people.unfreeze(work, [ZHANG])
                outbox.release(work, [ZHANG, LIN], "frozen", at.world.clock.now())
            await at.sender.drain()
            assert at.states() == [("expired", "late"), ("held", "frozen"), ("sent", ""), ("held", "unsubscribed")]

    asyncio.run(go())


# --- roles -------------------------------------------------------------------------------------------------------


def test_roles_granted_in_chat_rest_and_those_of_the_configuration_do_not() -> None:
    async def go() -> None:
        async with office(unstable()) as at:
            scene_of, config = at.world.desk.scene, at.world.config
            with at.world.app.database.transaction() as work:
                profile.grant(work, ZHANG, "clinician", "owner", NOON)
                profile.grant(work, LIN, "clinician", "owner", NOON)
                known = people.people(work, [ZHANG, LIN])
                assert {one.name for one in with_roles(scene_of(work), ["clinician"])} == {"张姐", "小林"}
                people.freeze(work, "memory", [person_id("小林")], NOON)
                known = people.people(work, [ZHANG, LIN])
                assert roles_of(work, config, known[ZHANG]) == frozenset()
                assert roles_of(work, config, known[LIN]) == {"manager", "clinician"}
                assert [one.name for one in with_roles(scene_of(work), ["clinician"])] == ["小林"]

    asyncio.run(go())


# --- who comes back ----------------------------------------------------------------------------------------------


async def hear(world: World, who: Contact, text: str, number: int) -> list[Sent]:
    before = len(world.channel.sent)
    await world.app.accept(RawEvent("memory", f"n{number}", world.clock.now(), EventKind.TEXT, who, text=text))
    await world.app.settle()
    return world.channel.sent[before:]


def test_staff_hear_once_that_somebody_of_the_same_name_has_come_under_a_new_id() -> None:
    async def go() -> None:
        world = World(NOON, {"张姐": {}, "小林": {"role": "manager"}}, {"工作人员群": ["小林"]}, {}, Library.of(()))
        await world.start()
        before = await hear(world, Contact("twin", "张姐"), "在吗", 1)
        assert not any("同名" in one.delivery.text for one in before), "nobody is frozen"
        world.clock.jump(world.clock.now() + HOUR)
        await hear(world, Contact("twin", "王五"), "改名了", 3)
        await world.login("new")
        told = await hear(world, Contact("new-zhang", "张姐"), "在吗", 2)
        assert [one.delivery.room for one in told if "同名" in one.delivery.text] == [room_id("工作人员群")]
        world.clock.jump(world.clock.now() + dt.timedelta(minutes=1))
        for who in (Contact("new-zhang", "张姐"), Contact("stranger", "王哥")):
            again = await hear(world, who, "在吗", hash(who.id))
            assert not any("同名" in one.delivery.text for one in again)
        told = await world.say("小林", "#核对 张姐", None)
        assert ["张姐 已核对" in one.delivery.text for one in told if one.delivery.person == person_id("小林")] == [
            True
        ]
        with world.app.database.reading() as work:
            assert [one.name for one in people.frozen(work)] == ["王五"]
            new = people.by_platform(work, "memory", "new-zhang")
            assert new is not None and new.frozen_since is None and staff.setting(work, "account:memory") == "new"
        await world.close()

    asyncio.run(go())
