"""What Prometheus may know."""

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.exposition import generate_latest


class Metrics:
    """The counters of one process, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.deliveries = Counter(
            "patchforge_deliveries_total",
            "Webhook deliveries by what became of them at the door.",
            ["outcome"],
            registry=self.registry,
        )
        self.ack_seconds = Histogram(
            "patchforge_ack_seconds",
            "Time from a webhook's last byte to its answer.",
            registry=self.registry,
            buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
        )
        self.jobs = Counter(
            "patchforge_job_attempts_total",
            "Attempts at jobs of the ledger by kind and result.",
            ["kind", "result"],
            registry=self.registry,
        )

    def job(self, kind: str, result: str) -> None:
        """Count one attempt at a job."""
        self.jobs.labels(kind, result).inc()

    def text(self) -> bytes:
        """Return all of it in Prometheus' text format."""
        return generate_latest(self.registry)
