from collections.abc import Callable

from django.urls import URLPattern, path

from messages_app.pages import views


def patterns(latest_date: Callable[[], str | None]) -> list[URLPattern]:
    """The pages of messages. ``latest_date`` tells the date that is shown first, as
    ``2019-05-28``; the records themselves cannot, since a table has no order of partitions."""
    return [path("messages/", views.messages, {"latest_date": latest_date}, name="messages")]
