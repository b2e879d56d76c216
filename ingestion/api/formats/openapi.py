"""What the OpenAPI document tells of the formats API beyond what its views show."""

from drf_spectacular.utils import extend_schema, extend_schema_view

from common.rest import openapi_problems as problems
from common.rest.openapi_problems import DocumentedResponse
from ingestion.api.formats import answers
from ingestion.api.formats.inputs import (
    FormatSerializer,
    FormatsQuery,
    SampleSerializer,
    TrialSerializer,
)

formats = extend_schema_view(
    list=extend_schema(
        parameters=[FormatsQuery],
        responses={200: DocumentedResponse(answers.FORMATS), 404: problems.BAD_CURSOR},
    ),
    create=extend_schema(
        operation_id="formats_create",
        request=FormatSerializer,
        responses={201: DocumentedResponse(answers.FORMAT, "Location")},
    ),
    retrieve=extend_schema(responses={200: DocumentedResponse(answers.FORMAT)}),
    partial_update=extend_schema(
        request=FormatSerializer(partial=True),
        responses={200: DocumentedResponse(answers.FORMAT)},
    ),
    destroy=extend_schema(responses={204: DocumentedResponse(None)}),
    versions=extend_schema(
        operation_id="formats_versions",
        responses={200: DocumentedResponse(answers.VERSIONS)},
    ),
    suggest=extend_schema(
        operation_id="formats_suggest",
        request={"multipart/form-data": SampleSerializer},
        responses={200: DocumentedResponse(answers.SUGGESTION)},
    ),
    try_out=extend_schema(
        operation_id="formats_try",
        request={"multipart/form-data": TrialSerializer},
        responses={200: DocumentedResponse(answers.TRIAL)},
    ),
)
