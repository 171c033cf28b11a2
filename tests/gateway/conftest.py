"""Starts gateways for the tests beside it, or says why it cannot."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest

from tests.gateway.harness import HERE, GatewayProcess


def _missing() -> str:
    if not shutil.which("node"):
        return "node is not installed: the wechaty channel was NOT tested against a gateway"
    if not (HERE / "node_modules" / "wechaty-puppet-service").is_dir():
        return "the gateway is not installed, run: npm ci --prefix tests/gateway"
    return ""


@pytest.fixture(scope="session")
def node() -> None:
    """Skips without node or its modules; fails instead when XINGLIN_NO_SKIP=1."""
    reason = _missing()
    if reason and os.environ.get("XINGLIN_NO_SKIP") == "1":
        pytest.fail(reason)
    if reason:
        pytest.skip(reason)


@pytest.fixture(scope="session")
def shared_gateway(node: None) -> Iterator[GatewayProcess]:
    gateway = GatewayProcess()
    gateway.start()
    yield gateway
    gateway.kill()


@pytest.fixture
def gateway(shared_gateway: GatewayProcess) -> GatewayProcess:
    """A gateway that outlives the test; clean at its beginning."""
    shared_gateway.reset()
    return shared_gateway


@pytest.fixture
def mortal_gateway(node: None) -> Iterator[GatewayProcess]:
    """A gateway of the test's own, to kill and to restart."""
    gateway = GatewayProcess()
    gateway.start()
    yield gateway
    gateway.kill()


@pytest.fixture
def tls_gateway(node: None) -> Iterator[GatewayProcess]:
    gateway = GatewayProcess(tls=True)
    gateway.start()
    yield gateway
    gateway.kill()
