"""The overview."""

from tests.pages.conftest import LogIn, MakeImport, text_of


def test_without_imports_it_tells_how_to_bring_a_file(log_in: LogIn) -> None:
    page = text_of(log_in("ingestion.view_import", "ingestion.add_import").get("/"))

    assert "No file has arrived yet" in page
    assert "aws s3 cp data.csv s3://sluice-test-data/" in page
    assert 'type="file"' in page


def test_it_shows_the_latest_imports_with_state_and_receipt(
    log_in: LogIn, make_import: MakeImport
) -> None:
    make_import("in/a.csv", state="done", read=1234, written=1230, rejected=4)

    page = text_of(log_in("ingestion.view_import").get("/"))

    assert ">a.csv</a>" in page
    assert "state-done" in page
    assert "1,234" in page


def test_the_list_refreshes_itself_only_while_an_import_runs(
    log_in: LogIn, make_import: MakeImport
) -> None:
    client = log_in("ingestion.view_import")
    make_import("a.csv", state="done")
    assert "hx-get" not in text_of(client.get("/"))

    make_import("b.csv", state="writing")

    assert "hx-get" in text_of(client.get("/"))


def test_without_permission_it_shows_neither_imports_nor_the_upload(
    log_in: LogIn, make_import: MakeImport
) -> None:
    make_import("secret.csv")

    page = text_of(log_in().get("/"))

    assert "secret.csv" not in page
    assert 'type="file"' not in page
    assert "Your account has no permissions." in page
