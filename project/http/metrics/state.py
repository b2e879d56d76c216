"""What is so just now, asked for when somebody reads the metrics: in a few statements and requests,
however much there is."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from django.db.models import Count, Min
from django.utils import timezone
from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from common.errors import ServiceError
from ingestion.aws.sqs import dead_letter_queue, probed_counts, queue_names
from ingestion.models import RUNNING, Import, State
from ingestion.running import health
from ingestion.running.heartbeats import Kind, heard_of

# Those that are done only grow in number, and are counted by their rows.
_COUNTED = (*RUNNING, State.WAITING, State.HELD, State.FAILED)


class CurrentState(Collector):
    """Gauges. Of a service that does not answer ``sluice_part_up`` is 0, and its own are absent."""

    def collect(self) -> Iterator[Metric]:
        yield _parts()
        yield _processes()
        yield from _imports()
        yield _queues()


def _parts() -> GaugeMetricFamily:
    gauge = GaugeMetricFamily("sluice_part_up", "Whether a part answers.", labels=["part"])
    for check in health.recent_services():
        gauge.add_metric([check.name], float(check.is_ok))
    return gauge


def _processes() -> GaugeMetricFamily:
    text = "Processes at work in the background, as they say themselves."
    gauge = GaugeMetricFamily("sluice_processes", text, labels=["kind"])
    for kind in (Kind.LISTENER, Kind.WORKER):
        gauge.add_metric([str(kind)], heard_of(kind)[0])
    return gauge


def _imports() -> Iterator[GaugeMetricFamily]:
    states = Import.objects.filter(state__in=_COUNTED).order_by().values("state")
    found = {
        one["state"]: one for one in states.annotate(count=Count("*"), oldest=Min("created_at"))
    }
    count = GaugeMetricFamily("sluice_imports", "Imports that are not done.", labels=["state"])
    age = GaugeMetricFamily(
        "sluice_oldest_import_seconds",
        "Since the oldest of them began; 0 for none.",
        labels=["state"],
    )
    now = timezone.now()
    for state in _COUNTED:
        one = found.get(state)
        count.add_metric([str(state)], one["count"] if one else 0)
        age.add_metric([str(state)], (now - one["oldest"]).total_seconds() if one else 0)
    yield count
    yield age


def _queues() -> GaugeMetricFamily:
    text = "About how many messages a queue has."
    gauge = GaugeMetricFamily("sluice_queue_messages", text, labels=["queue", "state"])
    names = [one for name in queue_names() for one in (name, dead_letter_queue(name))]
    with ThreadPoolExecutor(len(names)) as pool:
        for name, counts in zip(names, pool.map(_messages, names), strict=True):
            for state, count in counts.items():
                gauge.add_metric([name, state], count)
    return gauge


def _messages(name: str) -> dict[str, int]:
    try:
        return probed_counts(name)
    except ServiceError:
        return {}
