"""Rejects with one fault from many imports are mended together, or by an option of their format."""

import re
from html import unescape

import pytest
from django.test import Client

from audit.models import AuditEntry
from ingestion.formats import versions
from ingestion.formats.models import Format
from ingestion.models import Import
from ingestion.reading.formats.from_json import definition_from_json
from ingestion.rejects.mending import across, cures
from ingestion.rejects.mending.across import GroupName, RejectGroup
from ingestion.rejects.mending.bulk import FaultName
from ingestion.rejects.mending.editing import CannotMend
from tests.ingestion.formats.making import make, own_names
from tests.ingestion.helpers import HEADER, Tasks, counts, line, run
from tests.ingestion.rejects.mending import let_go, mend, settled
from tests.messages_app.kinds import climate
from tests.pages.conftest import LogIn, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]

MAY = ("ingestion.view_import", "ingestion.change_import", "messages_app.add_message")
NUMBER = FaultName("not_a_number", "local_avg")


def wrong(*numbers: int, avg: str = "x") -> str:
    return HEADER + line(0) + "".join(line(number, avg=avg) for number in numbers)


def group(fault: FaultName = NUMBER, format_: Format | None = None) -> RejectGroup:
    found = across.group(GroupName("messages", format_.pk if format_ else None, fault))
    assert found is not None
    return found


def finish(tasks: Tasks, *imports: Import) -> None:
    tasks.run()
    for import_ in imports:
        import_.refresh_from_db()


def test_open_rejects_are_grouped_over_imports() -> None:
    first, second = run(wrong(1, 2), "a.csv"), run(wrong(3), "b.csv")
    let_go(first, 3)

    (found,) = across.groups()

    assert (found.count, found.imports) == (2, [second, first])
    let_go(first, 4)
    assert (group().count, group().imports) == (1, [second])


def test_a_value_is_replaced_in_all_imports_and_all_are_loaded() -> None:
    first, second = run(wrong(1, 2), "a.csv"), run(wrong(3), "b.csv")

    assert across.replace(group(), "x", "7", None).ready == 3
    assert across.count_ready("messages", None) == 3
    tasks = Tasks()
    children = across.load_ready("messages", None, None, tasks.plan)
    finish(tasks, first, second)

    assert {child.parent_id for child in children} == {first.pk, second.pk}
    assert (settled(first), settled(second)) == ({"mended": 2}, {"mended": 1})
    assert across.groups() == []


def with_commas(*numbers: int) -> str:
    """A file that changes to decimal commas after its first row."""
    rows = (line(number, avg='"4,5"', remote_avg='"9,09"') for number in numbers)
    return HEADER + line(0) + "".join(rows)


COMMA = FaultName("decimal_comma", "local_avg")
ADDRESS = "/rejects/fault/?kind=messages&format={}&code=decimal_comma&column=local_avg"


@pytest.fixture
def plant() -> Format:
    return make(**own_names(), key_pattern="plant/*.csv")


def test_a_decimal_mark_is_said_of_the_format_and_only_rejected_rows_are_read_again(
    plant: Format,
) -> None:
    first = run(with_commas(1, 2), "plant/a.csv")
    second = run(with_commas(3), "plant/b.csv")
    found = group(COMMA, plant)
    (cure,) = [one for one in cures.cures(found, across.samples(found)) if "points" not in one.text]
    assert (cure.text, cure.good, cure.looked_at) == ("the decimal mark is a comma", 3, 3)

    tasks = Tasks()
    version, children, rows = cures.apply(found, cure.key, None, tasks.plan)
    finish(tasks, first, second)

    assert (version.number, rows, len(children)) == (2, 3, 2)
    assert [counts(child) for child in children] == [
        {"read": 1, "written": 1},
        {"read": 2, "written": 2},
    ]
    assert {child.format_version for child in children} == {version}
    assert (settled(first), settled(second)) == ({"mended": 2}, {"mended": 1})
    assert first.format_version.number == 1
    assert counts(run(HEADER + line(9, avg='"4,5"', remote_avg='"9,09"'), "plant/c.csv")) == {
        "read": 1,
        "written": 1,
    }


def test_a_cure_that_was_cut_short_is_finished_by_doing_it_again(plant: Format) -> None:
    first = run(with_commas(1, 2), "plant/a.csv")
    second = run(with_commas(3), "plant/b.csv")
    found = group(COMMA, plant)
    cure = cures.cures(found, across.samples(found))[0]
    sent: list[str] = []

    def send(import_id: str) -> None:
        sent.append(import_id)
        if len(sent) == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cures.apply(found, cure.key, None, send)
    left = group(COMMA, plant)
    (again,) = [one for one in cures.cures(left, across.samples(left)) if "now says" in one.text]
    tasks = Tasks()
    cures.apply(left, again.key, None, tasks.plan)
    tasks.plan(sent[0])  # as the listener does, of one that does not go on
    finish(tasks, first, second)

    assert plant.versions.count() == 2
    assert (settled(first), settled(second)) == ({"mended": 2}, {"mended": 1})


def test_a_zone_is_a_cure_of_times_without_one(plant: Format) -> None:
    import_ = run(HEADER + line(0) + line(1, timestamp="2019-05-28T12:00:00"), "plant/a.csv")
    found = group(FaultName("no_offset", "timestamp"), plant)

    offered = {one.text: one for one in cures.cures(found, across.samples(found))}
    tasks = Tasks()
    text = "Timestamp is written as iso, in Europe/Zurich"
    assert "Timestamp is written as iso, in UTC" in offered
    cures.apply(found, offered[text].key, None, tasks.plan)
    tasks.run()

    assert settled(import_) == {"mended": 1}


def test_a_text_stands_for_no_value_where_a_field_may_have_none(aws: str) -> None:
    kind = climate.make()
    names = [field["name"] for field in climate.FIELDS]
    columns = {name: {"column": name} for name in names}
    data = {"header": names, "columns": columns, "key_pattern": "rooms*.csv"}
    definition = definition_from_json(data)
    made = versions.create("Rooms", "climate", definition, kind.schema, None)
    text = ",".join(names) + "\n2019-05-28T10:00:00Z,a,21,40,--\n"
    import_ = run(text, "rooms.csv")
    (found,) = across.groups()
    assert (found.name.kind, found.name.format_id) == ("climate", made.pk)

    (cure,) = cures.cures(found, across.samples(found))
    assert cure.text == "“--” stands for no value"
    tasks = Tasks()
    cures.apply(found, cure.key, None, tasks.plan)
    tasks.run()

    assert settled(import_) == {"mended": 1}


def test_what_no_option_cures_is_offered_none(plant: Format) -> None:
    run(wrong(1, avg="n/a"), "plant/a.csv")
    found = group(NUMBER, plant)
    assert cures.cures(found, across.samples(found)) == []
    with pytest.raises(CannotMend):
        cures.apply(found, "0" * 16, None, lambda _: None)


def test_rows_that_were_edited_are_not_read_again_as_they_were(plant: Format) -> None:
    import_ = run(with_commas(1, 2), "plant/a.csv")
    mend(import_, 3, value="7,5")
    found = group(COMMA, plant)
    cure = cures.cures(found, across.samples(found))[0]

    tasks = Tasks()
    assert cures.apply(found, cure.key, None, tasks.plan)[2] == 1
    tasks.run()

    assert settled(import_) == {"mended": 1, "open": 1}


class TestPages:
    @pytest.fixture
    def client(self, log_in: LogIn) -> Client:
        return log_in(*MAY, "ingestion.change_format")

    def fault_of(self, client: Client) -> str:
        """The address of the only group."""
        (address,) = set(
            re.findall(r'href="(/rejects/fault/[^"]*)"', text_of(client.get("/rejects/")))
        )
        return unescape(address)

    def test_a_group_is_found_mended_and_loaded(self, client: Client) -> None:
        import_ = run(wrong(1, 2), "a.csv")
        address = self.fault_of(client)
        assert "2 rows: local_avg is not a number" in text_of(client.get(address))

        data = {"do": "replace", "old": "x", "new": "7"}
        page = text_of(client.post(address, data, follow=True))
        assert "2 rows changed, 2 of them ready." in page
        assert "Load 2 mended rows" in page
        page = text_of(client.post(address, {"do": "load"}, follow=True))

        assert "are being loaded by 1 import" in page
        assert import_.children.count() == 1

    def test_a_cure_is_offered_and_done(self, client: Client, plant: Format) -> None:
        run(with_commas(1, 2), "plant/a.csv")
        found = group(COMMA, plant)
        address = ADDRESS.format(plant.pk)
        assert "2 of 2 rows looked at are then valid" in text_of(client.get(address))
        cure = cures.cures(found, across.samples(found))[0]

        page = text_of(client.post(address, {"do": "cure", "cure": cure.key}, follow=True))

        assert "Plant A now has version 2, and 2 rows of 1 import are read again by it." in page
        actions = AuditEntry.objects.values_list("kind", "action")
        assert {("format", "changed"), ("import", "loaded mended rejects")} <= set(actions)

    def test_the_format_is_not_changed_by_those_who_may_not(
        self, log_in: LogIn, plant: Format
    ) -> None:
        run(with_commas(1), "plant/a.csv")
        client = log_in(*MAY)
        address = ADDRESS.format(plant.pk)

        assert "Or change the format" not in text_of(client.get(address))
        assert client.post(address, {"do": "cure", "cure": "x"}).status_code == 403

    def test_all_are_let_go(self, client: Client) -> None:
        import_ = run(wrong(1, 2), "a.csv")
        page = text_of(client.post(self.fault_of(client), {"do": "let_go"}, follow=True))
        assert "2 rows let go." in page
        assert "No open row has this fault any more." in page
        assert settled(import_) == {"let_go": 2}

    @pytest.mark.parametrize(
        "query", ["format=x", "format=9999999999999999999999", "code=" + "x" * 2000, "kind=%00"]
    )
    def test_an_address_that_names_no_group_is_404(self, client: Client, query: str) -> None:
        assert client.get(f"/rejects/fault/?{query}").status_code == 404

    def test_those_who_may_only_look_change_nothing(self, log_in: LogIn) -> None:
        import_ = run(wrong(1), "a.csv")
        client = log_in("ingestion.view_import")
        address = self.fault_of(client)
        assert 'name="do"' not in text_of(client.get(address))
        assert client.post(address, {"do": "let_go"}).status_code == 403
        assert settled(import_) == {"open": 1}
