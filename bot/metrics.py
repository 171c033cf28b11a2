"""Figures for /metrics. Counts and times only; nothing of any person."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

SECONDS = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)


class Metrics:
    """One registry a process, so that tests do not share figures."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.messages_in = Counter("xinglin_messages_in", "Messages accepted", ["channel"], registry=self.registry)
        self.duplicates = Counter("xinglin_duplicates", "Messages seen before", ["channel"], registry=self.registry)
        self.handled = Counter("xinglin_handled", "Messages by handler", ["by"], registry=self.registry)
        self.failures = Counter("xinglin_failures", "Errors by place", ["where"], registry=self.registry)
        self.handle_seconds = Histogram(
            "xinglin_handle_seconds", "Accepted to decided", buckets=SECONDS, registry=self.registry
        )
        self.sent = Counter("xinglin_messages_out", "Messages by outcome", ["outcome"], registry=self.registry)
        self.outbox = Gauge("xinglin_outbox", "Outbox rows by state", ["state"], registry=self.registry)
        self.due_lag = Gauge("xinglin_due_lag_seconds", "Age of the oldest overdue slot", registry=self.registry)
        self.due_done = Counter("xinglin_due", "Slots by kind and outcome", ["kind", "state"], registry=self.registry)
        self.channel_up = Gauge(
            "xinglin_channel_up", "1 when the channel carries messages", ["channel"], registry=self.registry
        )

    def text(self) -> bytes:
        """The Prometheus text format."""
        return generate_latest(self.registry)
