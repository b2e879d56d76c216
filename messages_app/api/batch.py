"""Many records in one request."""

from typing import Any

from django.conf import settings
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from audit.actor import MESSAGE_KIND, Actor, Channel
from common.deadline import Deadline
from common.rest.problems import first_faults
from messages_app import batch_write, models
from messages_app.api.batch_serializer import OUTCOMES, REJECTED, BatchSerializer
from messages_app.api.openapi import routes
from messages_app.api.serializers import MessageSerializer
from messages_app.schema.record import Message, key_taken
from messages_app.store.bulk_insert import InsertResult, OnConflict
from messages_app.store.repository import message_repository


@routes.batch
class BatchView(APIView):
    """Records without a file: each has an outcome of its own, and wrong ones stop no others."""

    name = "Batch of messages"
    permission_model = models.Message

    def post(self, request: Request) -> Response:
        serializer = BatchSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        on_conflict: OnConflict = serializer.validated_data["on_conflict"]
        if on_conflict == "replace" and not request.user.has_perm("messages_app.change_message"):
            raise PermissionDenied("To replace records you need the permission to change them.")
        items: Any = request.data
        results = _write(items["messages"], on_conflict)
        receipt = {name: sum(one["outcome"] == name for one in results) for name in OUTCOMES}
        receipt = {"read": len(results), **receipt}
        actor = Actor.from_request(request, Channel.API)
        actor.log("wrote a batch", MESSAGE_KIND, "", on_conflict=on_conflict, receipt=receipt)
        return Response({"receipt": receipt, "results": results})


def _write(items: list[Any], on_conflict: OnConflict) -> list[dict[str, Any]]:
    """What became of each record, in their order."""
    results: list[dict[str, Any]] = []
    messages: dict[int, Message] = {}
    for index, data in enumerate(items):
        serializer = MessageSerializer(data=data)
        if serializer.is_valid():
            messages[index] = serializer.new_message
        results.append({"outcome": REJECTED, "errors": first_faults(serializer.errors)})
    placed = batch_write.write(
        message_repository(),
        list(messages.values()),
        on_conflict,
        Deadline(settings.AWS_READ_SECONDS),
    )
    for index, one in zip(messages, placed, strict=True):
        results[index] = _result(one)
    return results


def _result(placed: InsertResult) -> dict[str, Any]:
    date, time = placed.key
    if placed.outcome != "key_conflict":
        return {"outcome": placed.outcome, "date": date, "time": time}
    return {
        "outcome": REJECTED,
        "date": date,
        "time": time,
        "errors": [{"field": None, "code": "key_taken", "detail": key_taken(placed.key)}],
    }
