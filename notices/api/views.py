"""The API of notices: translates requests into calls of notices/choosing.py."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.viewsets import GenericViewSet

from audit.actor import Actor, Channel
from common.rest import json_schema
from common.rest.openapi_problems import DocumentedResponse
from common.rest.strict import read_body
from notices import choosing
from notices.api.serializers import (
    RuleSerializer,
    RulesSerializer,
    WebhookSerializer,
    WebhooksSerializer,
    WebhookWithSecretSerializer,
)
from notices.choosing import ChoiceRefused
from notices.models import MailRule, Webhook
from notices.sending.signing import secret_of

Row = TypeVar("Row", bound=Model)


class Numbered(GenericViewSet[Row]):
    """What rules and webhooks share: their addresses, and that all are on one page."""

    permission_action: str | None = None
    lookup_url_kwarg = "number"
    lookup_value_regex = json_schema.NUMBER

    def _actor(self) -> Actor:
        return Actor.from_request(self.request, Channel.API)


class RuleViewSet(Numbered[MailRule]):
    """What a user gets mails about."""

    permission_model = MailRule
    api_tag = "mail-rules"
    permission_classes = (IsAuthenticated,)
    queryset = MailRule.objects.all()
    serializer_class = RuleSerializer

    def get_queryset(self) -> QuerySet[MailRule]:
        user: Any = self.request.user
        return super().get_queryset().filter(user=user.pk or 0)

    @extend_schema(responses={200: DocumentedResponse(RulesSerializer)})
    def list(self, request: Request) -> Response:
        """List your rules.

        The rules of the user who asks: which notices to send by mail.
        """
        rules: Any = self.get_queryset()
        return Response({"results": RuleSerializer(rules, many=True).data})

    @extend_schema(responses={201: DocumentedResponse(RuleSerializer, "Location")})
    def create(self, request: Request) -> Response:
        """Make a rule.

        Mail goes to the address of the account. Nobody gets a notice twice, even when several rules
        match.
        """
        data = read_body(self.get_serializer(data=request.data))
        with refused():
            rule = choosing.make_rule(request.user, data, self._actor())
        address = reverse("api-mail-rule-detail", [rule.pk], request=request)
        made: Any = RuleSerializer(rule).data
        return Response(made, status.HTTP_201_CREATED, headers={"Location": address})

    @extend_schema(responses={200: DocumentedResponse(RuleSerializer)})
    def retrieve(self, request: Request, number: str) -> Response:
        """Read a rule.

        One of your own rules.
        """
        return Response(RuleSerializer(self.get_object()).data)

    @extend_schema(responses={200: DocumentedResponse(RuleSerializer)})
    def partial_update(self, request: Request, number: str) -> Response:
        """Change a rule.

        Members that are not sent stay as they are.
        """
        rule = self.get_object()
        choosing.change_rule(
            rule, read_body(self.get_serializer(data=request.data, partial=True)), self._actor()
        )
        return Response(RuleSerializer(rule).data)

    @extend_schema(responses={204: DocumentedResponse(None)})
    def destroy(self, request: Request, number: str) -> Response:
        """Delete a rule.

        Notices that wait are still sent.
        """
        choosing.delete_rule(self.get_object(), self._actor())
        return Response(status=status.HTTP_204_NO_CONTENT)


class WebhookViewSet(Numbered[Webhook]):
    """Programs that get notices."""

    permission_model = Webhook
    api_tag = "webhooks"
    queryset = Webhook.objects.all()
    serializer_class = WebhookSerializer

    @extend_schema(responses={200: DocumentedResponse(WebhooksSerializer)})
    def list(self, request: Request) -> Response:
        """List webhooks.

        Sorted by name.
        """
        webhooks: Any = self.get_queryset()
        return Response({"results": WebhookSerializer(webhooks, many=True).data})

    @extend_schema(responses={201: DocumentedResponse(WebhookWithSecretSerializer, "Location")})
    def create(self, request: Request) -> Response:
        """Make a webhook.

        The answer has the secret that its notices are signed with.
        """
        data = read_body(self.get_serializer(data=request.data))
        with refused():
            webhook = choosing.make_webhook(data, self._actor())
        address = reverse("api-webhook-detail", [webhook.pk], request=request)
        made = _with_secret(webhook)
        return Response(made, status.HTTP_201_CREATED, headers={"Location": address})

    @extend_schema(responses={200: DocumentedResponse(WebhookSerializer)})
    def retrieve(self, request: Request, number: str) -> Response:
        """Read a webhook.

        Its address, and what notices it gets.
        """
        return Response(WebhookSerializer(self.get_object()).data)

    @extend_schema(responses={200: DocumentedResponse(WebhookSerializer)})
    def partial_update(self, request: Request, number: str) -> Response:
        """Change a webhook.

        Members that are not sent stay as they are.
        """
        webhook = self.get_object()
        data = read_body(self.get_serializer(data=request.data, partial=True))
        with refused():
            choosing.change_webhook(webhook, data, self._actor())
        return Response(WebhookSerializer(webhook).data)

    @extend_schema(responses={204: DocumentedResponse(None)})
    def destroy(self, request: Request, number: str) -> Response:
        """Delete a webhook.

        Notices that wait for it are not sent.
        """
        choosing.delete_webhook(self.get_object(), self._actor())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(
        operation_id="webhooks_renew_secret",
        request=None,
        responses={200: DocumentedResponse(WebhookWithSecretSerializer)},
    )
    @action(detail=True, methods=["post"], permission_action="change", url_path="secret")
    def renew_secret(self, request: Request, number: str) -> Response:
        """Renew a webhook's secret.

        From now on its notices are signed with the one in the answer.
        """
        webhook = self.get_object()
        choosing.renew_secret(webhook, self._actor())
        return Response(_with_secret(webhook))


def _with_secret(webhook: Webhook) -> Any:
    return {**WebhookSerializer(webhook).data, "secret": secret_of(webhook)}


@contextmanager
def refused() -> Iterator[None]:
    """What cannot be chosen so is answered with 400."""
    try:
        yield
    except ChoiceRefused as error:
        field = "name" if error.code == "taken" else "non_field_errors"
        raise ValidationError({field: [ErrorDetail(str(error), error.code)]}) from error
