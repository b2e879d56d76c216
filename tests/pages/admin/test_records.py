"""Records in the admin."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import Permission, User
from django.test import Client

from audit.models import AuditEntry
from common.aws.clients import dynamodb_client
from messages_app.editing import target_of
from messages_app.kinds.record_kind import BUILTIN
from messages_app.schema.builtin import MESSAGE
from messages_app.schema.record import Record
from messages_app.schema.types import as_text
from messages_app.store.items import item_of
from tests.messages_app.records import record
from tests.pages.conftest import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]
LIST = "/admin/messages_app/message/"
DAY = 1559001600  # 2019-05-28T00:00:00Z
Staff = Callable[..., Client]


@pytest.fixture
def staff() -> Staff:
    """Logs in staff with these permissions of messages."""

    def log_in(*actions: str, name: str = "sam") -> Client:
        user = User.objects.create_user(name, is_staff=True)
        names = [f"{action}_message" for action in actions]
        user.user_permissions.set(Permission.objects.filter(codename__in=names))
        client = Client()
        client.force_login(user)
        return client

    return log_in


@pytest.fixture
def editor(staff: Staff) -> Client:
    return staff("view", "add", "change", "delete")


def stored(second: int = 0, **values: Any) -> Record:
    made = record(DAY + second, **values)
    BUILTIN.repository.insert(made)
    return made


def url(message: Record, view: str = "change") -> str:
    return f"{LIST}{target_of(message).replace(':', '_3A')}/{view}/"


def now(message: Record) -> Record | None:
    return BUILTIN.repository.get(*message.key)


def filled(message: Record, **changes: str) -> dict[str, str]:
    """The form as the browser sends it."""
    values = {name: as_text(value) for name, value in message.values.items()}
    return {**values, "etag": message.etag(), **changes}


def listed(page: str) -> list[str]:
    """The keys in the list, in its order."""
    return re.findall(r'name="_selected_action" value="([^"]+)"', page)


@contextmanager
def just_before(operation: str, act: Callable[[], None]) -> Iterator[None]:
    """Does something when DynamoDB is about to be asked for the first such operation."""
    events = dynamodb_client().meta.events
    name, waiting = f"before-call.dynamodb.{operation}", [act]

    def act_once(**_: Any) -> None:
        if waiting:
            waiting.pop()()

    events.register(name, act_once, unique_id="just before")
    yield
    events.unregister(name, unique_id="just before")


def put(message: Record, **values: Any) -> None:
    """As another process does."""
    changed = replace(message, values={**message.values, **values})
    dynamodb_client().batch_write_item(
        RequestItems={
            settings.MESSAGES_TABLE: [{"PutRequest": {"Item": item_of(changed, MESSAGE)}}]
        }
    )


class TestTheList:
    def test_shows_the_newest_day_and_leads_to_its_neighbours(self, editor: Client) -> None:
        old, new = stored(0), stored(2 * 86_400)

        page = text_of(editor.get(LIST))
        assert listed(page) == [target_of(new)]
        assert f"date={old.date}" in page
        assert listed(text_of(editor.get(f"{LIST}?date={old.date}"))) == [target_of(old)]

    def test_filters_by_field_and_turns_the_order_round(self, editor: Client) -> None:
        first, _, third = stored(0), stored(1, location="Porto"), stored(2)

        page = text_of(editor.get(f"{LIST}?location=location-03&order=newest"))

        assert listed(page) == [target_of(third), target_of(first)]

    def test_says_what_is_wrong_with_a_filter(self, editor: Client) -> None:
        stored()

        page = text_of(editor.get(f"{LIST}?date=2019-05-28&time_from=noon"))

        assert "is not a time of day" in page
        assert listed(page) == []

    def test_pages_lead_there_and_back(self, editor: Client) -> None:
        keys = [target_of(stored(second)) for second in range(60)]

        first = text_of(editor.get(LIST))
        second = text_of(editor.get(LIST + link(first, "next")))
        again = text_of(editor.get(LIST + link(second, "prev")))

        assert listed(first) + listed(second) == keys
        assert listed(again) == listed(first)

    def test_a_damaged_link_shows_the_first_page(self, editor: Client) -> None:
        message = stored()

        page = text_of(editor.get(f"{LIST}?date={message.date}&cursor=damaged"))

        assert "damaged" in page
        assert listed(page) == [target_of(message)]

    def test_is_exported_as_it_is_filtered(self, editor: Client) -> None:
        stored(0)
        stored(1, location="=1+1")

        response = editor.get(f"{LIST}export/?location=%3D1%2B1")

        rows = list(csv.DictReader(io.StringIO(response.getvalue().decode("utf-8-sig"))))
        assert [row["location"] for row in rows] == ["'=1+1"]
        assert "attachment" in response["Content-Disposition"]


def link(page: str, rel: str) -> str:
    found = re.search(rf'href="([^"]+)" rel="{rel}"', page)
    assert found
    return found[1].replace("&amp;", "&")


class TestChanging:
    def test_changes_the_record_and_is_in_the_audit_trail(self, editor: Client) -> None:
        message = stored()

        response = editor.post(url(message), filled(message, local_avg="7.50"))

        assert response.status_code == 302
        assert as_text(now(message).values["local_avg"]) == "7.5"
        entry = AuditEntry.objects.get()
        assert (entry.user_name, entry.channel, entry.action) == ("sam", "admin", "changed")
        assert (entry.target, entry.detail["values"]) == (
            target_of(message),
            {"local_avg": ["4.39", "7.5"]},
        )

    def test_a_record_kept_beside_another_has_a_page_of_its_own(self, editor: Client) -> None:
        message = stored()
        twin = record(DAY, location="Porto").with_conflict_suffix(6)
        BUILTIN.repository.insert(twin)

        editor.post(url(twin), filled(twin, source="cable"))

        assert now(twin).values["source"] == "cable"
        assert now(message).values["source"] == "wireless"

    def test_nothing_is_overwritten_that_was_not_seen(self, editor: Client) -> None:
        message = stored()
        BUILTIN.repository.update(message, {"location": "Porto"})

        page = text_of(editor.post(url(message), filled(message, source="cable")))

        assert "Someone changed this record while you were editing" in page
        assert "Location is now: Porto" in page
        assert 'value="cable"' in page
        assert (now(message).values["location"], now(message).values["source"]) == (
            "Porto",
            "wireless",
        )

    def test_nor_in_the_moment_before_the_write(self, editor: Client) -> None:
        message = stored()

        with just_before("UpdateItem", lambda: put(message, location="Porto")):
            page = text_of(editor.post(url(message), filled(message, source="cable")))

        assert "Location is now: Porto" in page
        assert now(message).values["source"] == "wireless"

    def test_what_was_seen_can_be_overwritten(self, editor: Client) -> None:
        message = stored()
        theirs = BUILTIN.repository.update(message, {"location": "Porto"})

        page = text_of(editor.post(url(message), filled(message, source="cable")))
        [shown] = etags(page)
        editor.post(url(message), filled(message, source="cable", etag=shown))

        assert shown == theirs.etag()
        assert (now(message).values["location"], now(message).values["source"]) == (
            "location-03",
            "cable",
        )

    def test_a_form_without_an_etag_is_refused(self, editor: Client) -> None:
        message = stored()

        editor.post(url(message), filled(message, source="cable", etag=""))

        assert now(message).values["source"] == "wireless"

    def test_a_record_that_is_gone_meanwhile_stays_gone(self, editor: Client) -> None:
        message = stored()
        BUILTIN.repository.delete(message)

        response = editor.post(url(message), filled(message, source="cable"), follow=True)

        assert "Perhaps it was deleted?" in text_of(response)
        assert now(message) is None

    def test_the_rules_of_the_schema_hold(self, editor: Client) -> None:
        message = stored()

        page = text_of(editor.post(url(message), filled(message, local_avg="4,39", location=" ")))

        assert "decimal comma" in page
        assert "This field is required" in page
        assert now(message).same_content(message)

    def test_the_key_stays(self, editor: Client) -> None:
        message = stored()

        editor.post(url(message), filled(message, timestamp="0", source="cable"))

        assert now(message).values["timestamp"] == message.values["timestamp"]

    def test_the_history_tells_what_was_done_by_every_channel(self, editor: Client) -> None:
        message = stored()
        editor.post(url(message), filled(message, source="cable"))
        AuditEntry.objects.create(
            user_name="robot",
            channel="api",
            action="created",
            kind="message",
            target=target_of(message),
        )

        page = text_of(editor.get(url(message, "history")))

        assert "robot" in page
        assert "<del>wireless</del>" in page


class TestAdding:
    def test_makes_a_record(self, editor: Client) -> None:
        new = record(DAY)

        response = editor.post(
            f"{LIST}add/", filled(new, etag="", timestamp="2019-05-28T00:00:00Z")
        )

        assert response.status_code == 302
        assert now(new).same_content(new)
        assert AuditEntry.objects.get().action == "created"

    def test_says_what_holds_the_key_already(self, editor: Client) -> None:
        message = stored(location="Porto")

        page = text_of(editor.post(f"{LIST}add/", filled(record(DAY), etag="")))

        assert f"Another record has the key {message.date} {message.time}" in page
        assert "Location is now: Porto" in page
        assert now(message).same_content(message)

    def test_nor_is_a_key_taken_twice_in_one_moment(self, editor: Client) -> None:
        new = record(DAY)

        with just_before("PutItem", lambda: put(new, location="Porto")):
            page = text_of(editor.post(f"{LIST}add/", filled(new, etag="")))

        assert "Location is now: Porto" in page
        assert now(new).values["location"] == "Porto"


class TestDeleting:
    def test_one_is_asked_for_first(self, editor: Client) -> None:
        message = stored()

        page = text_of(editor.post(url(message, "delete")))
        assert now(message) is not None
        editor.post(url(message, "delete"), {"confirmed": "yes", "etag": etags(page)})

        assert now(message) is None
        assert AuditEntry.objects.get().action == "deleted"

    def test_several_are_asked_for_and_the_others_stay(self, editor: Client) -> None:
        first, second, third = stored(0), stored(1), stored(2)
        chosen = {
            "action": "delete_selected",
            "_selected_action": [target_of(first), target_of(third)],
        }

        page = text_of(editor.post(LIST, {**chosen, "index": "0"}))
        confirmed = {**chosen, "confirmed": "yes", "etag": etags(page)}
        response = text_of(editor.post(LIST, confirmed, follow=True))

        assert "2 records were deleted" in response
        assert [now(one) is None for one in (first, second, third)] == [True, False, True]

    def test_what_changed_since_the_question_is_left(self, editor: Client) -> None:
        message = stored()
        page = text_of(editor.get(url(message, "delete")))
        BUILTIN.repository.update(message, {"location": "Porto"})

        sent = {"confirmed": "yes", "etag": etags(page)}
        response = text_of(editor.post(url(message, "delete"), sent, follow=True))

        assert "1 record was not deleted" in response
        assert now(message) is not None

    def test_all_of_all_pages_cannot_be_chosen(self, editor: Client) -> None:
        message = stored()
        sent = {"action": "delete_selected", "select_across": "1", "index": "0"}

        page = text_of(editor.post(LIST, {**sent, "_selected_action": "x"}))

        assert etags(page) == []
        assert now(message) is not None


def etags(page: str) -> list[str]:
    return re.findall(r'name="etag" value="(\w+)"', page)


class TestAViewer:
    def test_sees_the_list_and_a_record_and_is_offered_nothing(self, staff: Staff) -> None:
        viewer, message = staff("view"), stored()

        page = text_of(viewer.get(LIST))
        assert message.time in page
        assert "action-select" not in page
        assert f"{LIST}add/" not in page
        page = text_of(viewer.get(url(message)))
        assert "wireless" in page
        assert 'name="_save"' not in page
        assert "/delete/" not in page

    @pytest.mark.parametrize("view", ["change", "delete"])
    def test_writes_nothing(self, staff: Staff, view: str) -> None:
        viewer, message = staff("view"), stored()
        sent = filled(message, source="cable", confirmed="yes")

        assert viewer.post(url(message, view), sent).status_code == 403
        assert now(message).same_content(message)

    def test_adds_nothing(self, staff: Staff) -> None:
        assert staff("view").post(f"{LIST}add/", filled(record())).status_code == 403
        assert now(record()) is None

    def test_runs_no_action(self, staff: Staff) -> None:
        viewer, message = staff("view"), stored()
        sent = {
            "action": "delete_selected",
            "_selected_action": target_of(message),
            "etag": message.etag(),
        }

        viewer.post(LIST, {**sent, "index": "0", "confirmed": "yes"})
        viewer.post(LIST, {**sent, "confirmed": "yes"})

        assert now(message) is not None

    def test_staff_without_the_permission_see_nothing(self, staff: Staff) -> None:
        message, nobody = stored(), staff()

        for path in (LIST, f"{LIST}export/", url(message), url(message, "history")):
            assert nobody.get(path).status_code == 403


def test_a_storage_that_does_not_answer_is_said_so(editor: Client) -> None:
    dynamodb_client().delete_table(TableName=settings.MESSAGES_TABLE)

    response = editor.get(f"{LIST}?date=2019-05-28")

    assert response.status_code == 503
    assert "The storage does not answer" in text_of(response)
