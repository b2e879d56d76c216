"""What happens becomes notices for those who want to know and may."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from notices import choosing, spreading
from notices.events import Event, happening, tell_all
from notices.models import MailRule, Notice, Occurrence
from tests.notices.helpers import go_on, happen

pytestmark = pytest.mark.django_db


def rule(user: User, *events: Event, **chosen: object) -> MailRule:
    return MailRule.objects.create(user=user, events=list(events) or sorted(Event), **chosen)


def test_to_tell_is_one_statement_in_the_transaction_of_the_caller():
    with (
        CaptureQueriesContext(
            connection,
        ) as statements,
        transaction.atomic(),
    ):
        happen()
    texts = [one["sql"] for one in statements if one["sql"].startswith(("INSERT", "SELECT"))]
    assert len(texts) == 1

    with transaction.atomic():
        happen(2)
        transaction.set_rollback(True)
    assert Occurrence.objects.count() == 1


def test_what_happens_twice_is_told_once():
    happen(1)
    happen(1)
    assert Occurrence.objects.count() == 1


def test_a_subject_that_is_cut_off_says_so():
    tell_all([happening(Event.BACK, "x" * 400, path="/", key="1")])
    assert Occurrence.objects.get().subject == "x" * 299 + "…"


def test_line_breaks_of_names_do_not_get_into_a_subject():
    tell_all([happening(Event.BACK, "a\r\nBcc: x@example.org\x00 b", path="/", key="1")])
    assert Occurrence.objects.get().subject == "a Bcc: x@example.org b"


def test_somebody_is_told_of_what_fits(ada, sink):
    rule(ada, Event.IMPORT_FAILED, kind="climate", format="Plant A")
    happen(1, kind="climate", format_name="Plant A")
    happen(2, kind="climate", format_name="Plant B")
    happen(3, kind="messages", format_name="Plant A")
    happen(4, Event.IMPORT_DONE, kind="climate", format_name="Plant A")
    go_on()
    assert sink.subjects == ["Sluice: file-1.csv failed"]
    assert "https://sluice.example.org/imports/1/" in sink.mails[0].get_content()


def test_nobody_is_told_the_same_twice_however_many_rules_fit(ada, sink):
    rule(ada)
    rule(ada, kind="climate")
    rule(ada, is_digest=True)
    happen(1, kind="climate")
    go_on()
    go_on()
    assert sink.subjects == ["Sluice: file-1.csv failed"]


def test_who_may_not_see_a_page_is_not_told_of_it(sink):
    may, may_not = (User.objects.create_user(one, f"{one}@example.org") for one in ("a", "b"))
    may.user_permissions.add(Permission.objects.get(codename="view_import"))
    rule(may)
    rule(may_not)
    happen()
    go_on()
    assert [mail["To"] for mail in sink.mails] == ["a@example.org"]


def test_who_is_gone_is_not_told(ada, sink):
    rule(ada)
    happen(1)
    spreading.spread()
    User.objects.filter(pk=ada.pk).update(is_active=False)
    happen(2)
    go_on()
    assert sink.mails == []
    assert Notice.objects.get().state == "given_up"


def test_a_flood_becomes_one_notice_with_a_count(ada, sink, receiver, webhook, settings):
    settings.NOTICE_GATHER_SECONDS = 60
    rule(ada)
    for number in range(1000):
        happen(number)
        if number % 100 == 0:
            spreading.spread()
    go_on()
    assert sink.subjects == ["Sluice: import failed 1,000 times"]
    text = sink.mails[0].get_content()
    assert text.count("/imports/") == spreading.MAX_ITEMS
    assert "And 980 more." in text
    [(_, body)] = receiver.requests
    assert b'"count": 1000' in body
    assert len(body) < 20_000


def test_spreading_takes_a_few_statements_however_much_happens(ada, webhook):
    rule(ada)
    rule(ada, kind="climate")

    def statements(first: int, count: int) -> int:
        for number in range(first, first + count):
            happen(number)
        with CaptureQueriesContext(connection) as found:
            spreading.spread()
        return len(found)

    statements(0, 1)
    assert statements(1000, 400) <= statements(1, 1)


def test_while_a_flood_goes_on_its_next_notice_gathers_longer(ada, settings):
    settings.NOTICE_GATHER_SECONDS = 60
    rule(ada)
    for number in range(30):
        happen(number)
    spreading.spread()
    Notice.objects.update(open_for=None)
    happen(31)
    spreading.spread()
    notice = Notice.objects.get(count=1)
    assert notice.due_at - timezone.now() > timedelta(minutes=9)


def test_a_days_worth_comes_as_one_digest(ada, sink):
    rule(ada, is_digest=True)
    happen(1)
    happen(2, Event.IMPORT_DONE)
    spreading.spread()
    happen(3)
    spreading.spread()
    notice = Notice.objects.get()
    assert notice.due_at == spreading.next_digest(timezone.now())
    go_on()
    assert sink.subjects == ["Sluice: import done once, import failed 2 times"]


@pytest.mark.parametrize(("hour", "day"), [(6, 1), (7, 2), (23, 2)])
def test_a_digest_goes_out_at_its_hour(settings, hour, day):
    settings.NOTICE_DIGEST_HOUR = 7
    now = datetime(2026, 1, 1, hour, 0, 1, tzinfo=UTC)
    assert spreading.next_digest(now) == datetime(2026, 1, day, 7, tzinfo=UTC)


def test_a_webhook_that_is_off_is_told_of_nothing(webhook, actor):
    choosing.change_webhook(webhook, {"is_on": False}, actor)
    happen()
    spreading.spread()
    assert not Notice.objects.exists()
