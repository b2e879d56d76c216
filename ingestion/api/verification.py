"""Verifications of imports in the API: what they found, and beginning one."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from audit.actor import Actor, Channel
from common.rest.openapi_problems import DocumentedResponse, ProblemDocument
from ingestion.api.requests import ANY_BODY, WrongState
from ingestion.models import Import
from ingestion.running import audit_log
from ingestion.running.ended.verifying import account
from ingestion.running.ended.verifying.models import (
    DIFFERENCES,
    Verification,
    VerificationState,
)
from ingestion.running.tasks import CeleryQueue

_CANNOT = ProblemDocument(
    "CannotVerify",
    409,
    "not_verifiable",
    "The import has not ended, is being verified, or its file no longer exists.",
)
_COUNTED = ("read", "stands", "rejected", "outdated", "expired", *DIFFERENCES, "miscounted")


class VerificationCountsSerializer(serializers.Serializer[Any]):
    """What was found of the rows so far."""

    read = serializers.IntegerField(min_value=0)
    stands = serializers.IntegerField(min_value=0, help_text="The record is as the row says.")
    rejected = serializers.IntegerField(min_value=0, help_text="Not stored, as the receipt says.")
    outdated = serializers.IntegerField(
        min_value=0, help_text="A newer version of the file has the record, as the receipt says."
    )
    expired = serializers.IntegerField(
        min_value=0, help_text="Older by now than records of the kind are kept."
    )
    gone = serializers.IntegerField(min_value=0, help_text="The record no longer exists.")
    edited = serializers.IntegerField(min_value=0, help_text="The record was edited since.")
    replaced = serializers.IntegerField(min_value=0, help_text="Another import replaced it.")
    different = serializers.IntegerField(min_value=0, help_text="Another record has the key.")
    miscounted = serializers.IntegerField(
        min_value=0, help_text="Rows of which the receipt has more, or fewer, than the file."
    )


class ThereInsteadSerializer(serializers.Serializer[Any]):
    """Where the record came from that is there instead."""

    line = serializers.IntegerField()

    def get_fields(self) -> dict[str, Any]:
        return {"import": serializers.UUIDField()} | super().get_fields()


class DifferingLineSerializer(serializers.Serializer[Any]):
    """A line of which the table does not have what the receipt says."""

    line = serializers.IntegerField(min_value=1)
    date = serializers.CharField()
    time = serializers.CharField()
    code = serializers.ChoiceField([(name, name) for name in DIFFERENCES])
    by = ThereInsteadSerializer(allow_null=True)


class VerificationErrorSerializer(serializers.Serializer[Any]):
    """Why it ended early."""

    code = serializers.CharField(help_text="For programs.")
    detail = serializers.CharField(help_text="For people.")


class VerificationSerializer(serializers.Serializer[Any]):
    """Whether the table still has what the receipt says: what the last verification found."""

    state = serializers.ChoiceField(VerificationState.choices)
    is_equal = serializers.BooleanField(help_text="It is done, and nothing differs.")
    chunks_done = serializers.IntegerField(min_value=0)
    chunks_total = serializers.IntegerField(min_value=0)
    counts = VerificationCountsSerializer()
    differing = serializers.IntegerField(min_value=0, help_text="How many lines differ.")
    lines = DifferingLineSerializer(many=True, help_text="The first 200 that differ.")
    error = VerificationErrorSerializer(allow_null=True)
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    requested_by = serializers.CharField(
        allow_null=True, help_text="Null when it was asked for at the command line."
    )


def of_import(import_: Import) -> dict[str, Any] | None:
    """The last one; None where there was none."""
    found = account.latest(import_)
    return _as_dict(found) if found is not None else None


def _as_dict(found: Verification) -> dict[str, Any]:
    error = {"code": found.error_code, "detail": found.error_detail}
    return {
        "state": found.state,
        "is_equal": found.is_equal,
        "chunks_done": found.chunks_done,
        "chunks_total": found.chunks_total,
        "counts": {name: found.counts.get(name, 0) for name in _COUNTED},
        "differing": found.differing,
        "lines": found.lines,
        "error": error if found.error_code else None,
        "created_at": found.created_at,
        "finished_at": found.finished_at,
        "requested_by": found.requested_by.get_username() if found.requested_by else None,
    }


class VerifyActions(GenericViewSet[Import]):
    """Verifying imports."""

    @extend_schema(
        operation_id="imports_verify",
        request=None,
        responses={202: DocumentedResponse(VerificationSerializer), 409: _CANNOT},
    )
    @action(
        detail=True,
        methods=["post"],
        permission_action="change",
        parser_classes=ANY_BODY,
        serializer_class=VerificationSerializer,
    )
    def verify(self, request: Request, pk: str) -> Response:
        """Verify an import.

        In the background its rows are read again and their records looked up: whether the table
        still has what the receipt says, and which lines differ. What is found is the import's
        `verification`. `cancel/` stops it.
        """
        import_ = self.get_object()
        try:
            verification = account.begin(import_, request.user, CeleryQueue())
        except account.NotVerifiable as why:
            raise WrongState(why.detail, why.code) from why
        audit_log.log(Actor.from_request(request, Channel.API), audit_log.VERIFIED, import_)
        return Response(_as_dict(verification), status.HTTP_202_ACCEPTED)
