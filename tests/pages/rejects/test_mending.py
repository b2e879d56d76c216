"""The rejects of an import as a grid, without a script: what is shown, to whom, and by which forms
it is changed."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from audit.models import AuditEntry
from ingestion.models import Import, State
from tests.ingestion.helpers import HEADER, Tasks, counts, line, run
from tests.ingestion.rejects.mending import let_go, load, mend, settled
from tests.pages.conftest import LogIn, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]

MAY = ("ingestion.view_import", "ingestion.change_import", "messages_app.add_message")
WRONG = HEADER + line(0) + line(1, avg="x") + line(2, avg="y") + "1559040003,a\n"


@pytest.fixture
def client(log_in: LogIn) -> Client:
    return log_in(*MAY)


def page_of(client: Client, import_: Import, **query: Any) -> str:
    return text_of(client.get(import_.get_absolute_url(), query))


def post(client: Client, import_: Import, name: str, *args: Any, **data: Any) -> Any:
    return client.post(reverse(name, args=[import_.pk, *args]), data, follow=True)


def test_whole_rows_are_shown_with_the_bad_cells_marked(client: Client) -> None:
    page = page_of(client, run(WRONG))

    bad = re.findall(
        r'<input [^>]*aria-label="([^"]*)"[^>]*aria-invalid="true" title="([^"]*)"', page
    )
    assert ("local_avg, line 3", "is not a number") in bad
    assert page.count('name="cell"') == 3 * 7
    assert "the row has 2 fields, the header has 7" in page


@pytest.mark.parametrize("missing", MAY[1:])
def test_those_who_may_not_mend_see_the_rows_as_they_are(log_in: LogIn, missing: str) -> None:
    import_ = run(WRONG)
    client = log_in(*(name for name in MAY if name != missing))

    page = page_of(client, import_)

    assert 'name="cell"' not in page
    assert "is not a number" in page
    row = reverse("import-reject", args=[import_.pk, 3])
    assert client.post(row, {"do": "let_go"}).status_code == 403
    assert settled(import_) == {"open": 3}


def test_a_row_is_mended_put_back_and_let_go_by_its_form(client: Client) -> None:
    import_ = run(WRONG)
    cells = line(1).strip().split(",")

    page = text_of(post(client, import_, "import-reject", 3, do="edit", cell=cells))
    assert "Load 1 mended row<" in page
    post(client, import_, "import-reject", 3, do="undo")
    assert "Load 1 mended row<" not in page_of(client, import_)
    page = text_of(post(client, import_, "import-reject", 3, do="let_go"))

    assert settled(import_) == {"let_go": 1, "open": 2}
    assert 'id="line-3"' not in page
    assert 'id="line-3"' in page_of(client, import_, show="all")


def test_many_rows_are_mended_together(client: Client) -> None:
    import_ = run(WRONG)
    fault = {"code": "not_a_number", "column": "local_avg"}

    page = text_of(post(client, import_, "import-rejects-many", do="fill", new="5", **fault))
    assert "2 rows changed, 2 of them ready." in page
    page = text_of(post(client, import_, "import-rejects-many", do="replace", new="5"))
    assert "Choose a fault" in page
    post(client, import_, "import-rejects-many", do="let_go", code="too_few_fields", column="")

    assert settled(import_) == {"let_go": 1, "open": 2}
    actions = AuditEntry.objects.filter(target=str(import_.pk)).values_list("action", flat=True)
    assert {"mended rejects", "let go of rejects"} <= set(actions)


def test_the_groups_are_those_of_the_rows_that_are_open(client: Client) -> None:
    import_ = run(WRONG)
    let_go(import_, 3)
    mend(import_, 4, value="-1")

    page = page_of(client, import_)

    counted = re.findall(r'fault-count"><b>(\d+)</b>.*?<code>(\w+)</code></p>', page, re.DOTALL)
    assert counted == [("1", "too_few_fields"), ("1", "too_small")]


def test_parent_and_child_lead_to_each_other_and_the_receipt_closes(client: Client) -> None:
    import_ = run(WRONG, "in/monday.csv")
    mend(import_, 3)
    let_go(import_, 4, 5)
    child = load(import_)

    page = page_of(client, import_)

    assert child.get_absolute_url() in page
    assert "Of 3 rejected: 1 mended, 2 let go, 0 still open" in page
    assert "3 rejected rows, all settled" in page
    assert f'<a href="{import_.get_absolute_url()}">' in page_of(client, child)
    listed = text_of(client.get("/imports/"))
    assert "mended rows" in listed
    assert import_.get_absolute_url() not in text_of(client.get("/imports/?has_rejects=on"))


def test_what_is_settled_leaves_the_overview(client: Client) -> None:
    import_ = run(WRONG)
    let_go(import_, 3, 4)
    assert "1 row of 1 import of the last 7 days was rejected" in text_of(client.get("/"))

    let_go(import_, 5)

    assert "rejected and not settled" not in text_of(client.get("/"))


def test_rows_that_a_child_rejects_are_mended_in_the_parent_alone(client: Client) -> None:
    import_ = run(HEADER + line(0) + line(1, 0, avg=5) + line(2, avg="x"), on_conflict="reject")
    mend(import_, 3, place=0, value="1559040009")
    tasks = Tasks()
    child = load(import_, tasks)
    run(HEADER + line(9), "other.csv")
    tasks.run()
    assert counts(child) == {"read": 1, "rejected": 1}

    page = page_of(client, child)

    assert "They are open again" in page
    assert 'name="cell"' not in page
    refused = text_of(post(client, child, "import-reject", 3, do="edit", cell=["1"]))
    assert "mend them there" in refused


def test_a_page_of_many_rejects_leads_to_the_next(client: Client) -> None:
    import_ = run(HEADER + line(0) + "".join(line(n, avg="x") for n in range(1, 46)))

    seen: list[str] = []
    query = ""
    for _ in range(3):
        page = text_of(client.get(import_.get_absolute_url() + query))
        seen += re.findall(r'<tbody id="line-(\d+)"', page)
        (query,) = re.findall(r'rel="next" href="(\?after=\d+)', page) or [""]

    assert seen == [str(number) for number in range(3, 48)]
    assert query == ""


@pytest.mark.parametrize("query", [{"after": "x"}, {"after": "9" * 40}, {"show": "?"}])
def test_an_address_that_makes_no_sense_shows_the_first_rows(
    client: Client, query: dict[str, str]
) -> None:
    assert 'id="line-3"' in page_of(client, run(WRONG), **query) or query["after"] == "9" * 40


def test_what_cannot_be_done_is_said(client: Client) -> None:
    import_ = run(WRONG)
    assert "No row is ready" in text_of(post(client, import_, "import-rejects-load"))
    assert post(client, import_, "import-reject", 2, do="let_go").status_code == 404
    Import.objects.update(state=State.WRITING)

    response = client.post(
        reverse("import-reject", args=[import_.pk, 3]),
        {"do": "edit", "cell": ["1"]},
        HTTP_ACCEPT="application/json",
    )

    assert response.status_code == 409
    assert "is running" in response.json()["detail"]
