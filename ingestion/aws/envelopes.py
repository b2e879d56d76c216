"""What other services of AWS wrap around an event before it comes into a queue.

- SNS puts the message that was published, as text, into a notification, unless the subscription has
  raw message delivery: then it comes as it is.
  https://docs.aws.amazon.com/sns/latest/dg/sns-sqs-as-subscriber.html
- EventBridge tells of the same things in a form of its own.
  https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
"""

import json
from typing import Any

# A rule of EventBridge that sends to a topic, whose queue is subscribed to another one: more than
# anybody needs.
_DEEPEST = 3
# More of a name says nothing.
_LONGEST_NAME = 80


def unwrapped(event: Any) -> Any:
    """What SNS delivered, also when SNS wrapped it more than once; anything else as it is.

    Raises ValueError and RecursionError when that is no JSON.
    """
    for _ in range(_DEEPEST):
        if not _is_notification(event):
            break
        event = json.loads(event["Message"])
    return event


def _is_notification(event: Any) -> bool:
    return (
        isinstance(event, dict)
        and event.get("Type") == "Notification"
        and "TopicArn" in event
        and isinstance(event.get("Message"), str)
    )


def is_of_event_bridge(event: Any) -> bool:
    return isinstance(event, dict) and "detail-type" in event and "source" in event


def description_of(event: Any) -> str:
    """What an event is, in some words; '' when nothing in it tells."""
    if not isinstance(event, dict):
        return ""
    if is_of_event_bridge(event):
        return f"an event {_name(event['detail-type'])} of {_name(event['source'])}"
    if "TopicArn" in event and "Type" in event:
        return f"a message {_name(event['Type'])} of SNS"
    records = event.get("Records")
    if isinstance(records, list) and records and isinstance(records[0], dict):
        return kind_of_record(records[0])
    return ""


def kind_of_record(record: dict[str, Any]) -> str:
    """Which service a record is of, in some words; '' when it does not tell."""
    # SNS is alone in beginning them with a capital letter, as Lambda gets them.
    source = record.get("eventSource", record.get("EventSource"))
    return f"records of {_name(source)}" if isinstance(source, str) else ""


def _name(text: Any) -> str:
    """In quotes, with whatever no page can show escaped."""
    return ascii(text[:_LONGEST_NAME]) if isinstance(text, str) else "without a name"
