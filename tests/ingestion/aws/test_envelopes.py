"""What is wrapped around an event, and what is told of one that is none of ours."""

import json
from typing import Any

import pytest

from ingestion.aws.envelopes import description_of, is_of_event_bridge, kind_of_record, unwrapped

EVENT = {"Records": [{"eventSource": "aws:s3"}]}
NOTIFICATION = {"Type": "Notification", "TopicArn": "arn:t", "Message": json.dumps(EVENT)}


def wrapped(times):
    event: dict[str, Any] = EVENT
    for _ in range(times):
        event = NOTIFICATION | {"Message": json.dumps(event)}
    return event


def test_what_sns_delivered_is_unwrapped_up_to_three_times():
    for times in range(4):
        assert unwrapped(wrapped(times)) == EVENT
    assert unwrapped(wrapped(4)) == wrapped(1)
    with pytest.raises(ValueError, match="Expecting value"):
        unwrapped(NOTIFICATION | {"Message": "hello"})


def test_what_is_no_notification_is_left_as_it_is():
    others = [[NOTIFICATION], "text", None, NOTIFICATION | {"Message": EVENT}]
    others += [NOTIFICATION | {"Type": "SubscriptionConfirmation"}]
    others += [
        {name: NOTIFICATION[name] for name in NOTIFICATION if name != one} for one in NOTIFICATION
    ]
    for event in others:
        assert unwrapped(event) == event


def test_events_of_event_bridge_have_a_source_and_a_type():
    event = {"detail-type": "Object Created", "source": "aws.s3"}
    assert is_of_event_bridge(event)
    for other in ({"source": "a"}, {"detail-type": "b"}, [*event], "detail-type source", None):
        assert not is_of_event_bridge(other)


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        ({"detail-type": "Ä", "source": 5}, r"an event '\xc4' of without a name"),
        ({"detail-type": "Ping", "source": "me"}, "an event 'Ping' of 'me'"),
        ({"detail-type": None, "source": "me"}, "an event without a name of 'me'"),
        ({"Type": "Confirm", "TopicArn": "t"}, "a message 'Confirm' of SNS"),
        ({"Type": "Confirm"}, ""),
        ({"TopicArn": "t"}, ""),
        ({"Records": [{"eventSource": "aws:ses"}, {"eventSource": "x"}]}, "records of 'aws:ses'"),
        ({"Records": [{"EventSource": "aws:sns"}]}, "records of 'aws:sns'"),
        ({"Records": [{"eventSource": 5}]}, ""),
        ({"Records": []}, ""),
        ({"Records": {0: {"eventSource": "x"}}}, ""),
        ({"Records": ["text"]}, ""),
        ({"Records": None}, ""),
        ({}, ""),
        ([EVENT], ""),
        ("text", ""),
    ],
)
def test_what_an_event_is_can_be_told_in_some_words(event, kind):
    assert description_of(event) == kind


def test_of_a_long_name_the_beginning_is_told():
    assert kind_of_record({"eventSource": "x" * 90}) == f"records of '{'x' * 80}'"
