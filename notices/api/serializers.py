"""Rules, webhooks and notices, as the API takes and gives them."""

import re
from typing import Any

from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from common.rest import json_schema
from common.rest.pages import PageQuery, PageSerializer
from common.rest.strict import Parsed, Strict, WholeNumber
from notices.choosing import LONGEST_URL, URL_PATTERN, ChoiceRefused, clean_url
from notices.models import Event, Notice, NoticeState
from notices.sending.content import subject_of
from notices.sending.links import link

_LONGEST_KIND, _LONGEST_FORMAT, _LONGEST_NAME = 63, 100, 100
_NAME = {**json_schema.TEXT, "maxLength": _LONGEST_NAME, "example": "Alarms"}
# An empty one is told of by itself.
_ANY = {"type": "string", "minLength": 1, "pattern": "^[^\\u0000]*$"}


class _Field(Parsed):
    """Given as it was taken."""

    def to_representation(self, value: Any) -> Any:
        return value


def _yes_or_no(data: object) -> bool:
    """Raises Refused."""
    if not isinstance(data, bool):
        raise ChoiceRefused("must be true or false", "invalid")
    return data


def _name(data: object) -> str:
    """Raises Refused."""
    is_text = isinstance(data, str) and len(data) <= _LONGEST_NAME
    if not is_text or not re.match(json_schema.TEXT["pattern"], str(data)):
        raise ChoiceRefused(f"must be text of 1 to {_LONGEST_NAME} characters", "invalid")
    return str(data)


@extend_schema_field({**_ANY, "maxLength": _LONGEST_KIND, "example": "climate"})
class _KindField(serializers.CharField):
    pass


@extend_schema_field({**_ANY, "maxLength": _LONGEST_FORMAT, "example": "Plant A"})
class _FormatField(serializers.CharField):
    pass


class RuleSerializer(Strict):
    """Which notices a user gets by mail."""

    id = serializers.IntegerField(read_only=True)
    events = serializers.ListField(
        child=serializers.ChoiceField(Event.choices),
        min_length=1,
        max_length=len(Event),
        help_text="The events that make notices.",
    )
    kind = _KindField(
        required=False,
        allow_blank=True,
        trim_whitespace=False,
        max_length=_LONGEST_KIND,
        help_text="Only what concerns this kind, by its name; empty for all.",
    )
    format = _FormatField(
        required=False,
        allow_blank=True,
        trim_whitespace=False,
        max_length=_LONGEST_FORMAT,
        help_text="Only what concerns this format, by its name; empty for all.",
    )
    is_digest = _Field(
        _yes_or_no,
        {"type": "boolean"},
        help_text="One notice a day of all events, instead of one of each at once.",
    )

    def validate_events(self, events: list[str]) -> list[str]:
        return sorted(set(events))


class WebhookSerializer(RuleSerializer):
    """A program that gets notices."""

    name = _Field(_name, _NAME, required=True, help_text="A name for people.")
    url = _Field(
        clean_url,
        {
            "type": "string",
            "maxLength": LONGEST_URL,
            "pattern": URL_PATTERN,
            "example": "https://example.org/sluice",
        },
        required=True,
        help_text="Where a notice is sent to.",
    )
    is_on = _Field(_yes_or_no, {"type": "boolean"}, help_text="Whether notices are sent to it.")


class WebhookWithSecretSerializer(WebhookSerializer):
    """A webhook, and the secret that its notices are signed with."""

    secret = serializers.CharField(
        read_only=True, help_text="Keep it: the API does not show it again."
    )


class NoticeSerializer(serializers.Serializer[Notice]):
    """A notice to one recipient."""

    id = serializers.UUIDField(read_only=True)
    to = serializers.CharField(source="address", read_only=True)
    subject = serializers.SerializerMethodField()
    is_digest = serializers.BooleanField(read_only=True)
    is_test = serializers.BooleanField(read_only=True)
    count = serializers.IntegerField(min_value=0, read_only=True)
    counts = serializers.DictField(
        child=serializers.IntegerField(min_value=1), read_only=True, help_text="How many, by event."
    )
    links = serializers.SerializerMethodField(help_text="Links to the pages of the first ones.")
    state = serializers.ChoiceField(NoticeState.choices, read_only=True)
    tries = serializers.IntegerField(min_value=0, read_only=True)
    answer = serializers.CharField(read_only=True, help_text="The answer to the last try.")
    created_at = serializers.DateTimeField(read_only=True)
    tried_at = serializers.DateTimeField(read_only=True, allow_null=True)
    next_try = serializers.DateTimeField(read_only=True, allow_null=True)

    def get_subject(self, notice: Notice) -> str:
        return subject_of(notice)

    def get_links(self, notice: Notice) -> list[str]:
        return [link(one["path"]) for one in notice.items]


class NoticesQuery(PageQuery):
    """Which notices."""

    state = serializers.ChoiceField(
        NoticeState.choices, required=False, help_text="Only those in this state."
    )
    page_size = WholeNumber(1, 500, default=50, help_text="Notices on a page.")


@extend_schema_serializer(many=False)
class NoticePageSerializer(PageSerializer):
    """Notices, newest first."""

    results = NoticeSerializer(many=True)


@extend_schema_serializer(many=False)
class RulesSerializer(serializers.Serializer[Any]):
    """All rules of a user."""

    results = RuleSerializer(many=True)


@extend_schema_serializer(many=False)
class WebhooksSerializer(serializers.Serializer[Any]):
    """All webhooks."""

    results = WebhookSerializer(many=True)
