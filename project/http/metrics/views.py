"""``GET /metrics``, for Prometheus: what the processes counted, and what is so just now.

https://prometheus.io/docs/instrumenting/exposition_formats/
"""

import os
from typing import ClassVar

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from prometheus_client import REGISTRY, CollectorRegistry
from prometheus_client.exposition import choose_encoder
from prometheus_client.multiprocess import MultiProcessCollector
from rest_framework.request import Request
from rest_framework.views import APIView

from common.rest.negotiation import NoNegotiation
from common.rest.permissions import ModelPermissions
from ingestion.models import Import
from project.http.metrics.state import CurrentState


@extend_schema(exclude=True)
class MetricsView(APIView):
    """The metrics, in the format that is asked for. Whoever may see imports may read them."""

    permission_classes = (ModelPermissions,)
    permission_model: ClassVar = Import
    content_negotiation_class = NoNegotiation  # what Prometheus accepts is looked at below

    def get(self, request: Request) -> HttpResponse:
        encode, content_type = choose_encoder(request.headers.get("Accept", ""))
        return HttpResponse(encode(_registry()), content_type=content_type)


def _registry() -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(CurrentState())
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        registry.register(REGISTRY)  # of this process alone
    return registry
