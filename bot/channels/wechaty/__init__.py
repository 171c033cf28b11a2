"""WeChat through a wechaty gateway (puppet-service over gRPC)."""

from bot.channels.wechaty.channel import WechatyChannel
from bot.channels.wechaty.gateway import Tls

__all__ = ["Tls", "WechatyChannel"]
