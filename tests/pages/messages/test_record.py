"""A record's page, and making, changing and deleting records."""

import json
import re
from collections.abc import Callable
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from audit.actor import Actor, Channel
from audit.models import AuditEntry
from messages_app.editing import Editor
from messages_app.kinds.record_kind import BUILTIN
from messages_app.schema.builtin import MESSAGE
from messages_app.schema.record import Origin, Record
from messages_app.schema.types import as_text
from tests.pages.conftest import LogIn, MakeImport, text_of
from tests.pages.record_pages import DATE, AskedOfDynamoDB, made, stored

VIEW, ADD, CHANGE, DELETE = (
    f"messages_app.{action}_message" for action in ("view", "add", "change", "delete")
)
AUDIT = "messages_app.view_auditentry"
URL = f"/messages/{DATE}/00:00:01/"
EDIT, REMOVE, NEW = f"{URL}edit/", f"{URL}delete/", "/messages/new/"

Change = Callable[..., None]


def test_a_record_leads_to_those_before_and_behind_it_and_is_given_as_json(
    log_in: LogIn, aws: str
) -> None:
    for second in range(3):
        stored(second)
    client = log_in(VIEW)

    page = text_of(client.get(URL))

    links = dict(re.findall(r'href="([^"]*)" rel="(prev|next)"', page))
    assert {rel: url for url, rel in links.items()} == {
        "prev": f"/messages/{DATE}/00:00:00/",
        "next": f"/messages/{DATE}/00:00:02/",
    }
    [as_json] = re.findall(r'id="record-json"[^>]*>([^<]*)<', page)
    assert json.loads(unescape(as_json), parse_float=str) == json.loads(
        client.get(f"/api{URL}").content, parse_float=str
    )
    last = text_of(client.get(f"/messages/{DATE}/00:00:02/"))
    assert re.findall(r'rel="(prev|next)"', last) == ["prev"]


@pytest.fixture
def someone_changes(aws: str, db: None) -> Change:
    """Lee changes the record through the API."""
    lee = User.objects.create_user("lee")

    def change(message: Record, **values: Any) -> None:
        Editor(BUILTIN.repository, Actor(lee, Channel.API)).update(message, values)

    return change


def now() -> Record:
    message = BUILTIN.repository.get(DATE, "00:00:01")
    assert message is not None
    return message


def filled_in(page: str) -> dict[str, str]:
    """The inputs of the page's form, as a browser would send them."""
    inputs = {}
    for tag in re.findall(r"<input [^>]*>", page):
        name, value = (re.search(rf'{part}="([^"]*)"', tag) for part in ("name", "value"))
        if name and name[1] not in ("csrfmiddlewaretoken", "search"):
            inputs[name[1]] = value[1] if value else ""
    return inputs


def sent(client: Client, url: str, **changes: str) -> Any:
    """The form at an address, sent with some of its inputs changed."""
    return client.post(url, {**filled_in(text_of(client.get(url))), **changes})


class TestShown:
    def test_every_field_is_there_with_its_unit_and_all_digits(
        self, log_in: LogIn, aws: str
    ) -> None:
        stored(Decimal("1.0000005"), local_avg=Decimal("4.390000000000001"))

        page = text_of(log_in(VIEW).get(f"/messages/{DATE}/00:00:01/", follow=True))

        for field in MESSAGE.fields:
            assert f"<dt>{field.label}</dt>" in page
        assert "1559001601.0000005" in page
        assert '4.390000000000001 <span class="quiet">ms</span>' in page
        assert f"<code>{DATE}</code> <code>00:00:01</code>" in page

    def test_it_takes_one_request_to_dynamodb_and_one_for_each_neighbour(
        self, log_in: LogIn, aws: str
    ) -> None:
        stored(1)
        client = log_in(VIEW)

        with AskedOfDynamoDB() as asked:
            client.get(URL)

        assert asked.operations == ["GetItem", "Query", "Query"]
        assert asked.most_at_once == 2

    def test_the_origin_leads_to_the_import_of_those_who_may_see_it(
        self, log_in: LogIn, aws: str, make_import: MakeImport
    ) -> None:
        message = make_import()
        stored(1, Origin(str(message.pk), 17))
        client = log_in(VIEW)

        page = text_of(client.get(URL))
        assert "Line 17 of" in page
        assert message.get_absolute_url() not in page

        User.objects.update(is_superuser=True)
        assert f'<a href="{message.get_absolute_url()}">' in text_of(client.get(URL))

    def test_the_beginning_of_a_time_leads_to_its_only_record(
        self, log_in: LogIn, aws: str
    ) -> None:
        stored(Decimal("1.5"))

        response = log_in(VIEW).get(URL)

        assert response["Location"] == f"/messages/{DATE}/00:00:01.500000/"

    def test_the_beginning_of_several_times_leads_to_their_list(
        self, log_in: LogIn, aws: str
    ) -> None:
        for second in ("1.25", "1.5", "2"):
            stored(Decimal(second))

        page = text_of(log_in(VIEW).get(URL, follow=True))

        assert re.findall(r"<time [^>]*>([\d:.]+)</time>", page) == [
            "00:00:01.250000",
            "00:00:01.500000",
        ]

    def test_a_record_beside_another_says_so(self, log_in: LogIn, aws: str) -> None:
        stored(1)
        conflict_copy = made(1, local_avg=Decimal(5)).with_conflict_suffix(6)
        BUILTIN.repository.insert(conflict_copy)

        page = text_of(log_in(VIEW).get(f"/messages/{DATE}/{conflict_copy.time}/"))

        assert "A different record has the plain time 00:00:01" in page

    @pytest.mark.parametrize(
        "path", [f"{DATE}/00:00:01", "2019-02-30/00:00:01", "x/y", f"{DATE}/{'9' * 300}"]
    )
    def test_what_is_not_there_is_not_found(self, path: str, log_in: LogIn, aws: str) -> None:
        client = log_in(VIEW, CHANGE, DELETE)

        for page in ("", "edit/", "delete/"):
            assert client.get(f"/messages/{path}/{page}").status_code == 404


class TestButtons:
    @pytest.mark.parametrize(
        ("permissions", "shown"),
        [
            ([VIEW], set()),
            ([VIEW, CHANGE], {EDIT}),
            ([VIEW, DELETE], {REMOVE}),
            ([VIEW, ADD], {NEW}),
            ([VIEW, ADD, CHANGE, DELETE], {EDIT, REMOVE, NEW}),
        ],
    )
    def test_each_is_there_for_those_alone_who_may_use_it(
        self, permissions: list[str], shown: set[str], log_in: LogIn, aws: str
    ) -> None:
        stored(1)
        client = log_in(*permissions)

        page = text_of(client.get(URL)) + text_of(client.get("/messages/"))

        assert {url for url in (EDIT, REMOVE, NEW) if f'href="{url}"' in page} == shown
        for url in (EDIT, REMOVE, NEW):
            for method in (client.get, client.post):
                assert (method(url).status_code == 403) == (url not in shown)
        assert now() == made(1)


class TestEdit:
    @pytest.fixture
    def editor(self, log_in: LogIn, aws: str) -> Client:
        stored(1, Origin("an-import", 3))
        return log_in(VIEW, CHANGE)

    def test_what_is_typed_is_stored_and_nothing_else(self, editor: Client) -> None:
        response = sent(editor, EDIT, location="  Porto ", local_avg="0.10000000000000000001")

        assert response["Location"] == URL
        expected = made(1, location="Porto", local_avg=Decimal("0.10000000000000000001"))
        assert now().values == expected.values
        assert now().origin == Origin("an-import", 3)

    def test_the_audit_trail_has_what_was_changed(self, editor: Client) -> None:
        sent(editor, EDIT, location="Porto")

        entry = AuditEntry.objects.get()
        assert (entry.user_name, entry.channel, entry.action) == ("kim", "page", "changed")
        assert entry.target == f"{DATE} 00:00:01"
        assert entry.detail == {"values": {"location": ["Lisbon", "Porto"]}}

    def test_the_key_cannot_be_changed(self, editor: Client) -> None:
        assert MESSAGE.time_field not in filled_in(text_of(editor.get(EDIT)))

        sent(editor, EDIT, location="Porto", **{MESSAGE.time_field: "7"})

        assert now().values[MESSAGE.time_field] == made(1).values[MESSAGE.time_field]

    @pytest.mark.parametrize(
        ("name", "text", "sentence"),
        [
            ("location", "", "Give the location."),
            ("local_avg", "-1", "“-1” must be 0 or more."),
            ("local_avg", "1,5", "has a decimal comma; write a decimal point."),
        ],
    )
    def test_a_wrong_value_is_explained_and_what_was_typed_stays(
        self, name: str, text: str, sentence: str, editor: Client
    ) -> None:
        response = sent(editor, EDIT, **{"source": "typed", name: text})

        assert response.status_code == 400
        assert sentence in text_of(response)
        assert filled_in(text_of(response))["source"] == "typed"
        assert now().values == made(1).values

    def test_sending_the_form_unchanged_changes_nothing(self, editor: Client) -> None:
        assert sent(editor, EDIT)["Location"] == URL
        assert not AuditEntry.objects.exists()


class TestConflict:
    @pytest.fixture
    def editor(self, log_in: LogIn, aws: str) -> Client:
        stored(1)
        return log_in(VIEW, CHANGE, DELETE)

    def edited_at_once(self, editor: Client, someone_changes: Change, **mine: str) -> Any:
        """Kim sends a form that was opened before Lee changed the record."""
        opened = filled_in(text_of(editor.get(EDIT)))
        someone_changes(now(), location="Porto", local_avg=Decimal("0.25"))
        return editor.post(EDIT, {**opened, **mine})

    def test_nothing_is_lost_and_both_versions_are_shown(
        self, editor: Client, someone_changes: Change
    ) -> None:
        response = self.edited_at_once(editor, someone_changes, location="Faro")

        assert response.status_code == 409
        assert now().values["location"] == "Porto"
        page = text_of(response)
        assert "Someone changed this record while you were editing." in page
        assert "lee changed it via API" in page
        assert filled_in(page)["location"] == "Faro"
        assert re.search(r'data-label="Now">Porto <span class="tag">differs', page)
        assert re.search(r'data-label="Now">0.25 <span class="tag">differs', page)
        assert re.search(r'data-label="Now">dns</td>', page)

    def test_taking_mine_stores_it_over_theirs(
        self, editor: Client, someone_changes: Change
    ) -> None:
        page = text_of(self.edited_at_once(editor, someone_changes, location="Faro"))

        response = editor.post(EDIT, filled_in(page))

        assert response["Location"] == URL
        assert now().values == made(1, location="Faro").values

    def test_keeping_theirs_is_a_link_to_the_record(
        self, editor: Client, someone_changes: Change
    ) -> None:
        page = text_of(self.edited_at_once(editor, someone_changes, location="Faro"))

        assert f'<a class="button" href="{URL}">Keep theirs</a>' in page

    def test_taking_mine_meets_the_next_change_with_the_next_conflict(
        self, editor: Client, someone_changes: Change
    ) -> None:
        page = text_of(self.edited_at_once(editor, someone_changes, location="Faro"))
        someone_changes(now(), location="Braga")

        assert editor.post(EDIT, filled_in(page)).status_code == 409
        assert now().values["location"] == "Braga"

    def test_the_same_change_by_both_is_none(self, editor: Client, someone_changes: Change) -> None:
        response = self.edited_at_once(editor, someone_changes, location="Porto", local_avg="0.25")

        assert response["Location"] == URL

    def test_an_import_that_replaced_the_record_is_not_taken_for_the_last_editor(
        self, editor: Client, someone_changes: Change
    ) -> None:
        opened = filled_in(text_of(editor.get(EDIT)))
        someone_changes(now(), location="Porto")
        BUILTIN.repository.update(now(), {"location": "from a file"})

        page = text_of(editor.post(EDIT, {**opened, "location": "Faro"}))

        assert "lee" not in page
        assert "It changed after you opened this page." in page

    def test_a_form_without_the_tag_is_a_conflict(self, editor: Client) -> None:
        opened = filled_in(text_of(editor.get(EDIT)))

        assert editor.post(EDIT, {**opened, "location": "Faro", "etag": ""}).status_code == 409

    def test_a_record_deleted_meanwhile_is_gone(self, editor: Client) -> None:
        opened = filled_in(text_of(editor.get(EDIT)))
        BUILTIN.repository.delete(now())

        response = editor.post(EDIT, {**opened, "location": "Faro"})

        assert response.status_code == 404
        assert f"There is no record {DATE} 00:00:01" in text_of(response)

    def test_what_changed_is_not_deleted_before_it_was_looked_at(
        self, editor: Client, someone_changes: Change
    ) -> None:
        opened = filled_in(text_of(editor.get(REMOVE)))
        someone_changes(now(), location="Porto")

        response = editor.post(REMOVE, opened)

        assert response.status_code == 409
        assert "The record was not deleted." in text_of(response)
        assert now().values["location"] == "Porto"
        assert editor.post(REMOVE, filled_in(text_of(response))).status_code == 302
        assert BUILTIN.repository.get(DATE, "00:00:01") is None


class TestDelete:
    def test_it_asks_first_and_then_deletes(self, log_in: LogIn, aws: str) -> None:
        stored(1)
        client = log_in(VIEW, DELETE)

        assert "gone for good" in text_of(client.get(REMOVE))
        assert now() == made(1)

        response = sent(client, REMOVE)

        assert response["Location"] == f"/messages/?date={DATE}"
        assert BUILTIN.repository.get(DATE, "00:00:01") is None
        entry = AuditEntry.objects.get()
        assert (entry.action, entry.channel) == ("deleted", "page")


class TestNew:
    @pytest.fixture
    def maker(self, log_in: LogIn, aws: str) -> Client:
        return log_in(VIEW, ADD)

    @pytest.fixture
    def typed(self) -> dict[str, str]:
        return {name: as_text(value) for name, value in made(1).values.items()}

    @pytest.mark.parametrize("moment", ["1559001601", f"{DATE}T02:00:01+02:00"])
    def test_it_is_stored_under_the_key_of_its_moment(
        self, moment: str, maker: Client, typed: dict[str, str]
    ) -> None:
        response = maker.post(NEW, {**typed, MESSAGE.time_field: moment})

        assert response["Location"] == URL
        assert now() == made(1)
        assert AuditEntry.objects.get().action == "created"

    def test_another_record_with_its_key_stays_and_is_named(
        self, maker: Client, typed: dict[str, str]
    ) -> None:
        stored(1, location="Porto")

        response = maker.post(NEW, typed)

        assert response.status_code == 409
        assert f'<a href="{URL}">See it</a>' in text_of(response)
        assert now().values["location"] == "Porto"

    def test_an_equal_record_is_not_made_twice(self, maker: Client, typed: dict[str, str]) -> None:
        stored(1)

        page = text_of(maker.post(NEW, typed, follow=True))

        assert "An equal record exists already" in page
        assert not AuditEntry.objects.exists()

    def test_a_wrong_value_is_explained_beside_it(
        self, maker: Client, typed: dict[str, str]
    ) -> None:
        response = maker.post(NEW, {**typed, MESSAGE.time_field: "2019-05-28T10:00:00"})

        assert response.status_code == 400
        assert "has no offset from UTC: add Z for UTC" in text_of(response)

    def test_those_who_may_not_see_records_can_make_them(
        self, log_in: LogIn, aws: str, typed: dict[str, str]
    ) -> None:
        response = log_in(ADD).post(NEW, typed)

        assert response["Location"] == NEW
        assert now() == made(1)


class TestHistory:
    def test_it_has_every_change_with_the_newest_first(
        self, log_in: LogIn, aws: str, someone_changes: Change
    ) -> None:
        stored(1)
        client = log_in(VIEW, CHANGE, AUDIT)
        someone_changes(now(), location="Porto")
        sent(client, EDIT, location="Faro", local_avg="7")

        page = text_of(client.get(URL))

        history = " ".join(re.sub(r"<[^>]+>", " ", page.partition("History")[2]).split())
        assert re.search(
            r"changed by kim via web, .*Location: Porto → Faro Local average: 4.39 → 7 "
            r"changed by lee via API, .*Location: Lisbon → Porto",
            history,
        )

    def test_it_is_for_those_alone_who_may_see_the_audit_trail(
        self, log_in: LogIn, aws: str, someone_changes: Change
    ) -> None:
        stored(1)
        someone_changes(now(), location="Porto")

        page = text_of(log_in(VIEW, CHANGE, DELETE).get(URL))

        assert "lee" not in page
        assert "History" not in page

    def test_it_outlives_the_record(self, log_in: LogIn, aws: str) -> None:
        stored(1)
        client = log_in(VIEW, DELETE, AUDIT)
        sent(client, REMOVE)

        response = client.get(URL)

        assert response.status_code == 404
        assert re.search(r"<b>deleted</b> by kim via web", text_of(response))
