"""`WechatyChannel`: a WeChat account behind a wechaty gateway, as a `Channel`.

The gateway keeps no queue, gives its event stream to one client at a time and honours no idempotency key. It cannot be
told that an event was stored either: between the wire and `accept` an event lives in memory only.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable, Coroutine

from bot.channels.base import Accept, Capabilities, ChannelError, Delivery, LinkState, NotDelivered, Pace, Receipt
from bot.channels.wechaty.directory import Directory
from bot.channels.wechaty.friendships import Friendships
from bot.channels.wechaty.gateway import Gateway, Tls
from bot.channels.wechaty.inbound import Inbound
from bot.channels.wechaty.intake import Intake
from bot.channels.wechaty.link import Link
from bot.channels.wechaty.outbound import Outbound

WECHAT_PACE = Pace(same_chat=3.0, jitter=5.0, per_minute=20)
"""What a personal account may say without looking like a machine."""


class WechatyChannel:
    """One account behind one gateway at `endpoint` ("host:port").

    `timeout` bounds each call to the gateway and `keepalive` is how often the link is tried (both in seconds; a link
    that died in silence is noticed after two `keepalive`). `tls_ca_file` is the authority that signed the gateway's
    certificate when it is not a public one; `tls_server_name` overrides the name taken from the token.
    """

    def __init__(
        self,
        endpoint: str,
        token: str,
        clock: Callable[[], dt.datetime],
        *,
        name: str = "wechaty",
        tls: bool = True,
        tls_ca_file: str = "",
        tls_server_name: str = "",
        accept_friends: bool = False,
        pace: Pace = WECHAT_PACE,
        timeout: float = 15.0,
        keepalive: float = 10.0,
    ) -> None:
        self._endpoint = endpoint
        self._token = token
        self._clock = clock
        self._name = name
        self._tls = Tls(tls_ca_file, tls_server_name) if tls else None
        self._accept_friends = accept_friends
        self._timeout = timeout
        self._keepalive = keepalive
        self._capabilities = Capabilities(friendship=True, idempotent=False, stable_ids=False, pace=pace)
        self._tasks: tuple[asyncio.Task[None], ...] = ()
        self._link: Link | None = None
        self._outbound: Outbound | None = None

    @property
    def name(self) -> str:
        return self._name

    @property
    def capabilities(self) -> Capabilities:
        return self._capabilities

    @property
    def state(self) -> LinkState:
        return self._link.state if self._link else LinkState.DOWN

    @property
    def account(self) -> str:
        return self._link.bot if self._link else ""

    async def start(self, accept: Accept) -> None:
        """Returns at once; a gateway that is not there yet is waited for in the background."""
        if self._tasks:
            raise RuntimeError(f"channel {self._name} is already started; stop() it first")
        gateway = Gateway(self._endpoint, self._token, self._tls, self._timeout, self._keepalive)
        people = Directory(gateway, asyncio.get_running_loop().time)
        inbound = Inbound(gateway, people, self._clock, self._name, lambda: link.bot)
        friendships = Friendships(gateway, people, self._clock, self._name, self._accept_friends)
        intake = Intake(gateway, people, inbound, friendships, accept)
        link = Link(gateway, intake.hear)
        self._link, self._outbound = link, Outbound(gateway)
        self._tasks = (asyncio.create_task(intake.run()), asyncio.create_task(link.keep()))

    async def stop(self) -> None:
        """Hangs up. The puppet stays logged in at the gateway: stopping it would cost a new scan on some of them."""
        tasks, self._tasks = self._tasks, ()
        for task in tasks:
            await _end(task)

    async def send(self, message: Delivery) -> Receipt:
        """`NotDelivered` at once while nobody is logged in. The receipt's id is empty when the puppet gives none."""
        if self._link is None or self._outbound is None or self._link.state is not LinkState.UP:
            raise NotDelivered("微信网关没有连上，或账号没有登录")
        message_id = await _in_own_task(self._outbound.send(message, bot=self._link.bot))
        return Receipt(id=message_id, at=self._clock())


async def _end(task: asyncio.Task[None]) -> None:
    """Cancel until it is done: grpclib turns a cancellation that meets a breaking link into an ordinary error."""
    while not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=0.5)


async def _in_own_task(sending: Coroutine[None, None, str]) -> str:
    """Keeps grpclib, which cancels the tasks whose link breaks, away from the caller's task and its cancellation."""
    try:
        return await asyncio.create_task(sending)
    except ChannelError as error:
        caller = asyncio.current_task()
        if caller and caller.cancelling():
            raise asyncio.CancelledError from error
        raise
