"""What Prometheus may know."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.exposition import generate_latest

from bot.clients.observe import Call
from storage.counts import Counts, Lags

_QUICK = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
_OUTSIDE = (0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Metrics:
    """The counters of one process, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        self.deliveries = Counter(
            "patchforge_deliveries_total",
            "Webhook deliveries by what became of them at the door.",
            ["outcome"],
            registry=registry,
        )
        self.ack_seconds = Histogram(
            "patchforge_ack_seconds",
            "Time from a webhook's last byte to its answer.",
            registry=registry,
            buckets=_QUICK,
        )
        self._attempts = Counter(
            "patchforge_job_attempts_total",
            "Attempts at jobs of the ledger by kind and result.",
            ["kind", "result"],
            registry=registry,
        )
        self._calls = Histogram(
            "patchforge_call_seconds",
            "Calls to slack, github, smtp and llm (its method is the model) by outcome, and what they took.",
            ["service", "method", "outcome"],
            registry=registry,
            buckets=_OUTSIDE,
        )
        self._waits = Counter(
            "patchforge_rate_limit_wait_seconds_total",
            "Seconds that a service asked to be left alone for.",
            ["service"],
            registry=registry,
        )
        self._mails = Counter(
            "patchforge_mails_total", "E-mails handed over, by outcome.", ["outcome"], registry=registry
        )
        self._tokens = Counter(
            "patchforge_llm_tokens_total",
            "Tokens that a model read (input) and wrote (output).",
            ["model", "direction"],
            registry=registry,
        )
        self._lag = Gauge(
            "patchforge_lag_seconds",
            "For how long the oldest due delivery (inbox) and job (ledger) have been waiting.",
            ["queue"],
            registry=registry,
        )
        self._inbox = Gauge("patchforge_inbox_size", "Deliveries that wait, up to 50,000.", registry=registry)
        self._jobs = Gauge(
            "patchforge_jobs",
            "Jobs that are not done by kind and state, up to 50,000.",
            ["kind", "state"],
            registry=registry,
        )
        self._up = Gauge(
            "patchforge_up",
            "Whether the database and Slack (slack) can be used.",
            ["part"],
            registry=registry,
        )
        ProcessCollector(registry=registry)

    def job(self, kind: str, result: str) -> None:
        """Count one attempt at a job."""
        self._attempts.labels(kind, result).inc()

    def call(self, call: Call) -> None:
        """Count one call to the outside."""
        self._calls.labels(call.service, call.method, call.outcome).observe(call.seconds)
        if call.wait:
            self._waits.labels(call.service).inc(call.wait)
        if call.service == "smtp":
            self._mails.labels(call.outcome).inc()
        for direction, number in zip(("input", "output"), call.tokens, strict=True):
            if number:
                self._tokens.labels(call.method, direction).inc(number)

    def text(self, *, slack: bool, now: tuple[Lags, Counts] | None) -> bytes:
        """Return all of it in Prometheus' text format; `now` is None while the database is away."""
        self._up.labels("slack").set(slack)
        self._up.labels("database").set(now is not None)
        for gauge in (self._lag, self._jobs):
            gauge.clear()
        if now is not None:
            lags, counts = now
            self._lag.labels("inbox").set(lags.inbox.total_seconds())
            self._lag.labels("ledger").set(lags.ledger.total_seconds())
            self._inbox.set(counts.inbox)
            for (kind, state), number in counts.jobs.items():
                self._jobs.labels(kind, state).set(number)
        return generate_latest(self.registry)
