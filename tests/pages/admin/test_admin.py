"""The admin: its index, imports, users, files of its lists, and what a viewer finds there."""

import csv
import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission, User
from django.test import Client

from audit.actor import Actor, Channel
from audit.models import AuditEntry
from ingestion.models import Import
from messages_app.kinds import making
from project.access import tokens
from project.access.roles import make_roles
from tests.ingestion.helpers import HEADER, Tasks, line, lines, start
from tests.ingestion.letters import dead_import, waiting_tasks
from tests.messages_app.kinds.climate import CLIMATE
from tests.pages.conftest import LogIn, MakeImport, text_of

pytestmark = pytest.mark.django_db
IMPORTS = "/admin/ingestion/import/"
Staff = Callable[..., Client]


@pytest.fixture
def staff() -> Staff:
    """Logs in staff with these permissions, such as ``ingestion.view_import``."""

    def log_in(*names: str) -> Client:
        user = User.objects.create_user("sam", is_staff=True)
        for name in names:
            app, codename = name.split(".")
            user.user_permissions.add(
                Permission.objects.get(content_type__app_label=app, codename=codename)
            )
        client = Client()
        client.force_login(user)
        return client

    return log_in


@pytest.fixture
def operator(staff: Staff) -> Client:
    return staff("ingestion.view_import", "ingestion.change_import")


def act(client: Client, action: str, *imports: Import, **more: str) -> Any:
    chosen = [str(import_.pk) for import_ in imports]
    sent = {"action": action, "_selected_action": chosen, "index": "0", **more}
    return client.post(IMPORTS, sent, follow=True)


def rows_of(client: Client, url: str) -> list[dict[str, str]]:
    response = client.get(url)
    return list(csv.DictReader(io.StringIO(response.getvalue().decode("utf-8-sig"))))


def test_an_import_that_was_taken_back_is_called_so(
    operator: Client, make_import: MakeImport
) -> None:
    import_ = make_import(state="undone")
    for address in (IMPORTS, f"{IMPORTS}{import_.pk}/change/"):
        shown = operator.get(address).content.decode()
        assert "taken back" in shown.lower(), address


class TestTheIndex:
    def test_tells_how_things_stand(self, admin_client: Client, aws: str) -> None:
        dead_import()

        page = text_of(admin_client.get("/admin/"))

        assert "failed of the 1 of the last 7 days" in page
        assert "to be sent back or discarded" in page
        assert "What people did last" in page

    def test_opens_though_the_queues_do_not_answer(
        self, admin_client: Client, bare_aws: str
    ) -> None:
        assert "The queues do not answer" in text_of(admin_client.get("/admin/"))

    def test_shows_nothing_without_its_permission(self, staff: Staff) -> None:
        client = staff("ingestion.view_import")

        page = text_of(client.get("/admin/"))

        assert f'href="{IMPORTS}"' in page
        for hidden in (
            "auth/user",
            "auth/group",
            "knox/",
            "messages_app/",
            "axes/",
            "dead-letters",
        ):
            assert hidden not in page

    def test_says_so_where_there_is_nothing(self, staff: Staff) -> None:
        assert "your account has no permissions" in text_of(staff().get("/admin/"))


@pytest.mark.parametrize(
    "path", ["auth/user/", "auth/group/", "knox/authtoken/", "axes/accesslog/", "ingestion/import/"]
)
def test_every_list_opens_and_is_a_file(path: str, admin_client: Client) -> None:
    assert admin_client.get(f"/admin/{path}").status_code == 200
    response = admin_client.get(f"/admin/{path}export/")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response.getvalue()


class TestImports:
    def test_are_found_by_part_of_the_key_and_by_id(
        self, operator: Client, make_import: MakeImport
    ) -> None:
        import_, other = make_import("in/gates.csv"), make_import("in/other.csv")

        for search in ("gat", str(import_.pk)):
            page = text_of(operator.get(f"{IMPORTS}?q={search}"))
            assert "gates.csv" in page
            assert str(other.pk) not in page

    def test_are_filtered_by_their_rejects(self, operator: Client, make_import: MakeImport) -> None:
        make_import("in/good.csv")
        make_import("in/bad.csv", rejected=3)

        page = text_of(operator.get(f"{IMPORTS}?has_rejects=yes"))

        assert "bad.csv" in page
        assert "good.csv" not in page

    def test_are_never_edited(self, admin_client: Client, make_import: MakeImport) -> None:
        import_ = make_import()

        assert admin_client.get(f"{IMPORTS}add/").status_code == 403
        assert admin_client.post(f"{IMPORTS}{import_.pk}/change/", {}).status_code == 403

    def test_have_a_page_with_receipt_chunks_and_rejects(
        self, operator: Client, aws: str, db: None
    ) -> None:
        tasks = Tasks()
        import_ = start(HEADER + lines(3) + line(4, avg="n/a"), tasks)
        tasks.run()

        page = text_of(operator.get(f"{IMPORTS}{import_.pk}/change/"))

        assert 'class="receipt"' in page
        assert "is not a number" in page
        assert f"/imports/{import_.pk}/rejects.csv" in page
        assert 'id="chunks-data"' in page

    def test_with_many_chunks_show_a_page_of_them(
        self, operator: Client, make_import: MakeImport
    ) -> None:
        import_ = make_import(chunks_total=50)
        bounds = {"start": 0, "end": 1, "first_line": 2, "lines": 1}
        import_.chunks.bulk_create(
            import_.chunks.model(import_record=import_, number=n, **bounds) for n in range(50)
        )

        page = text_of(operator.get(f"{IMPORTS}{import_.pk}/change/"))

        assert page.count('name="chunks-') < 60
        assert "chunks-page" in page

    def test_are_cancelled(self, operator: Client, make_import: MakeImport) -> None:
        running, ended = make_import("a", state="writing"), make_import("b", state="done")

        page = text_of(act(operator, "cancel", running, ended))

        assert "1 import was cancelled" in page
        assert "1 import was left alone: ended already" in page
        assert set(Import.objects.values_list("state", flat=True)) == {"cancelled", "done"}
        entry = AuditEntry.objects.get()
        assert (entry.user_name, entry.action, entry.channel) == ("sam", "cancelled", "admin")
        assert (entry.kind, entry.target) == ("import", str(running.pk))

    def test_run_again(self, operator: Client, make_import: MakeImport, aws: str) -> None:
        failed, done = make_import("a", state="failed"), make_import("b", state="done")

        page = text_of(act(operator, "run_again", failed, done))

        assert "1 import was started again" in page
        assert waiting_tasks() == 1
        assert AuditEntry.objects.get().detail["state"] == "failed"

    def test_lead_back_to_their_page_when_it_was_begun_there(
        self, operator: Client, make_import: MakeImport
    ) -> None:
        import_ = make_import(state="writing")

        response = act(operator, "cancel", import_, one="1")

        assert response.redirect_chain[-1][0] == f"{IMPORTS}{import_.pk}/change/"
        assert "cancelled" in text_of(operator.get(f"{IMPORTS}{import_.pk}/history/"))

    def test_give_their_rejects_one_at_a_time(self, operator: Client, aws: str) -> None:
        tasks = Tasks()
        bad = start(HEADER + line(1, avg="n/a"), tasks)
        good = start(HEADER + lines(1), tasks, "good.csv")
        tasks.run()

        response = act(operator, "download_rejects", bad)

        assert b"is not a number" in response.getvalue()
        assert "Select one import" in text_of(act(operator, "download_rejects", bad, good))
        assert "no rejected rows" in text_of(act(operator, "download_rejects", good))

    @pytest.mark.parametrize("action", ["cancel", "run_again", "download_rejects"])
    def test_are_left_alone_by_who_may_only_look(
        self, action: str, staff: Staff, make_import: MakeImport
    ) -> None:
        client, import_ = staff("ingestion.view_import"), make_import(state="writing")

        page = text_of(client.get(IMPORTS))
        act(client, action, import_)

        assert "_selected_action" not in page
        assert "Cancel" not in text_of(client.get(f"{IMPORTS}{import_.pk}/change/"))
        import_.refresh_from_db()
        assert import_.state == "writing"
        assert not AuditEntry.objects.exists()

    def test_are_a_file_as_they_are_filtered(
        self, operator: Client, make_import: MakeImport
    ) -> None:
        make_import("in/=1+1.csv", state="done", read=7, written=7)
        make_import("=cmd()", state="failed", error_detail="=2")

        (row,) = rows_of(operator, f"{IMPORTS}export/?state__exact=failed")

        assert (row["key"], row["error_detail"], row["state"]) == ("'=cmd()", "'=2", "failed")

    def test_are_no_file_for_who_may_not_see_them(self, staff: Staff) -> None:
        assert staff("auth.view_user").get(f"{IMPORTS}export/").status_code == 403


class TestUsers:
    def test_who_changed_what_is_in_the_audit_trail(self, admin_client: Client) -> None:
        user = User.objects.create_user("kim", email="a@example.org")
        viewer = Group.objects.get_or_create(name="viewer")[0]
        form = {
            "username": "kim",
            "email": "b@example.org",
            "is_active": "on",
            "is_staff": "on",
            "groups": [viewer.pk],
            "date_joined_0": "2026-01-01",
            "date_joined_1": "00:00:00",
        }

        response = admin_client.post(f"/admin/auth/user/{user.pk}/change/", form)

        assert response.status_code == 302
        entry = AuditEntry.objects.get()
        assert (entry.kind, entry.action, entry.target) == ("user", "changed", "kim")
        values = entry.detail["values"]
        assert values["email"] == ["a@example.org", "b@example.org"]
        assert values["is_staff"] == ["False", "True"]
        assert values["groups"] == ["", "viewer"]
        history = text_of(admin_client.get(f"/admin/auth/user/{user.pk}/history/"))
        assert "b@example.org" in history

    def test_no_password_is_in_the_audit_trail(self, admin_client: Client) -> None:
        secret = {"password1": "a-long-password-17", "password2": "a-long-password-17"}
        form = {"username": "kim", "usable_password": "true", **secret}

        admin_client.post("/admin/auth/user/add/", form)
        user = User.objects.get(username="kim")
        changed = {"password1": "another-long-one-18", "password2": "another-long-one-18"}
        admin_client.post(f"/admin/auth/user/{user.pk}/password/", changed)

        user.refresh_from_db()
        assert user.check_password("another-long-one-18")
        entries = list(AuditEntry.objects.order_by("pk"))
        assert [entry.action for entry in entries] == ["created", "changed"]
        written = str([entry.detail for entry in entries])
        assert "password" in written
        assert "long" not in written
        assert user.password not in written

    def test_who_was_deleted_is_in_the_audit_trail(self, admin_client: Client) -> None:
        user = User.objects.create_user("kim")

        admin_client.post(f"/admin/auth/user/{user.pk}/delete/", {"post": "yes"})

        entry = AuditEntry.objects.get()
        assert (entry.action, entry.target) == ("deleted", "kim")

    def test_only_superusers_touch_superusers(self, staff: Staff) -> None:
        chief = User.objects.create_superuser("chief", password="a-long-password-17")
        client = staff("auth.view_user", "auth.change_user", "auth.delete_user")
        form = {"username": "taken", "date_joined_0": "2026-01-01", "date_joined_1": "00:00:00"}
        secret = {"password1": "another-long-one-18", "password2": "another-long-one-18"}
        url = f"/admin/auth/user/{chief.pk}"

        statuses = [
            client.post(f"{url}/change/", form).status_code,
            client.post(f"{url}/password/", secret).status_code,
            client.post(f"{url}/delete/", {"post": "yes"}).status_code,
        ]
        chosen = {"action": "delete_selected", "_selected_action": [chief.pk], "post": "yes"}
        client.post("/admin/auth/user/", chosen)

        assert statuses == [403, 403, 403]
        assert User.objects.get(pk=chief.pk).check_password("a-long-password-17")

    @pytest.mark.parametrize("name", ["sam", "kim"])
    def test_only_superusers_make_superusers(self, staff: Staff, name: str) -> None:
        client = staff("auth.view_user", "auth.change_user")
        user, _ = User.objects.get_or_create(username=name)
        form = {"username": name, "is_active": "on", "is_staff": "on", "is_superuser": "on"}
        form |= {"date_joined_0": "2026-01-01", "date_joined_1": "00:00:00"}

        response = client.post(f"/admin/auth/user/{user.pk}/change/", form)

        assert response.status_code == 302
        user.refresh_from_db()
        assert (user.is_staff, user.is_superuser) == (True, False)

    def test_what_goes_with_them_is_named_as_people_know_it(self, admin_client: Client) -> None:
        kim = User.objects.create_user("kim", password="a-long-password-17")
        token, _ = tokens.make(kim, "Plant A <loggers>", 7, Actor(kim, Channel.PAGE))
        tokens.make(kim, "", 7, Actor(kim, Channel.PAGE))
        chosen = {"action": "delete_selected", "_selected_action": [kim.pk]}

        for page in (
            admin_client.get(f"/admin/auth/user/{kim.pk}/delete/"),
            admin_client.post("/admin/auth/user/", chosen),
        ):
            shown = page.content.decode()
            assert f"API token: kim {token.token_key[:8]}… Plant A &lt;loggers&gt;" in shown
            assert token.digest not in shown
            assert "oken info" not in shown

    def test_a_group_goes_with_the_names_of_who_is_in_it(self, admin_client: Client) -> None:
        make_roles(apps, "default")
        group = Group.objects.get(name="operator")
        User.objects.create_user("kim").groups.add(group)

        shown = admin_client.get(f"/admin/auth/group/{group.pk}/delete/").content.decode()

        assert "No longer in it: kim" in shown
        assert "relationship" not in shown

    def test_are_a_file_without_passwords(self, admin_client: Client) -> None:
        User.objects.create_user("kim", password="a-long-password-17")

        rows = rows_of(admin_client, "/admin/auth/user/export/?q=kim")

        assert [row["username"] for row in rows] == ["kim"]
        assert not any("password" in name for name in rows[0])


def test_a_viewer_finds_nothing_to_do_in_any_list(
    staff: Staff, make_import: MakeImport, aws: str
) -> None:
    make_import()
    lists = ("auth.user", "auth.group", "knox.authtoken", "ingestion.import")
    client = staff(*(name.replace(".", ".view_") for name in lists))

    for name in lists:
        url = f"/admin/{name.replace('.', '/')}/"
        page = text_of(client.get(url))
        assert "/export/" in page, url
        assert "/add/" not in page, url
        assert "_selected_action" not in page, url
        assert client.get(f"{url}add/").status_code == 403, url
        delete = {"action": "delete_selected", "_selected_action": "1", "post": "yes"}
        client.post(url, delete)
        assert client.post(f"{url}1/delete/", {"post": "yes"}).status_code == 403, url
    assert User.objects.exists()


def test_the_sidebar_leads_to_each_list_with_its_permission(
    staff: Staff, admin_client: Client
) -> None:
    entries = {
        "/admin/auth/user/": "auth.view_user",
        "/admin/auth/group/": "auth.view_group",
        "/admin/knox/authtoken/": "knox.view_authtoken",
        "/admin/messages_app/auditentry/": "messages_app.view_auditentry",
        "/admin/axes/accessattempt/": "axes.view_accessattempt",
        "/dead-letters/": "ingestion.change_import",
    }
    everything = text_of(admin_client.get("/password/"))
    for url in entries:
        assert f'href="{url}"' in everything
    one = text_of(staff("auth.view_group").get("/password/"))
    assert [url for url in entries if f'href="{url}"' in one] == ["/admin/auth/group/"]


@pytest.mark.usefixtures("aws")
def test_what_staff_manage_is_behind_a_button_of_its_page_and_not_in_the_sidebar(
    staff: Staff, log_in: LogIn
) -> None:
    pages = {
        "/imports/": "/admin/ingestion/import/",
        "/messages/": "/admin/messages_app/message/",
        "/records/climate/": "/admin/messages_app/message/?kind=climate",
    }
    making.make(CLIMATE, Actor(User.objects.create_user("maker"), Channel.PAGE))
    may = ("ingestion.view_import", "messages_app.view_message")
    for client, count in ((staff(*may), 1), (log_in(*may), 0)):
        for page, managed in pages.items():
            assert text_of(client.get(page)).count(f'href="{managed}"') == count, page


def test_titles_and_navigation_agree(admin_client: Client, aws: str) -> None:
    page = text_of(admin_client.get("/"))
    entries = re.findall(r'<li><a href="(/[^"]*)"[^>]*><span[^>]*>[a-z_]*</span>([^<]*)</a>', page)
    assert len(entries) == 20
    differing = []
    for url, name in entries:
        html = text_of(admin_client.get(url, HTTP_ACCEPT="text/html"))
        [heading] = re.findall(r"<h1>(.*?)</h1>", html, re.DOTALL)
        words = re.sub(r"<[^>]*>|chevron_right", " ", heading).split()
        if not " ".join(words).lower().endswith(name.lower()):
            differing.append((name, words))
    assert differing == []


@pytest.mark.parametrize(
    "query",
    [
        "created_at__gte=0001-01-01T00:00:00%2B14:00",
        "created_at__lt=9999-12-31T23:59:59.999999-14:00",
        "created_at__year=0",
        "created_at__year=99999999999999999999",
        "rejected=99999999999999999999",
        "p=99999999999999999999",
        "p=-99999999999999999999",
    ],
)
def test_odd_dates_and_numbers_in_an_address_show_the_whole_list(
    admin_client: Client, query: str
) -> None:
    admin_client.raise_request_exception = False

    assert admin_client.get(f"{IMPORTS}?{query}", follow=True).status_code == 200
    assert admin_client.get(f"{IMPORTS}export/?{query}").status_code in (200, 404)


def test_a_number_that_no_row_can_have_finds_nothing(admin_client: Client) -> None:
    admin_client.raise_request_exception = False

    for part in ("change", "history", "delete"):
        url = f"/admin/auth/user/99999999999999999999/{part}/"
        assert admin_client.get(url, follow=True).status_code in (200, 404)


def test_a_user_is_made_with_role_and_mail_on_one_page(admin_client: Client) -> None:
    make_roles(apps, "default")
    operator = Group.objects.get(name="operator")
    page = text_of(admin_client.get("/admin/auth/user/add/"))
    assert 'name="email"' in page
    secret = {"password1": "a-long-password-17", "password2": "a-long-password-17"}
    form = {"username": "noor", "email": "noor@example.org", "groups": [operator.pk], **secret}

    admin_client.post("/admin/auth/user/add/", {**form, "usable_password": "true"})

    noor = User.objects.get(username="noor")
    assert (noor.email, [*noor.groups.all()]) == ("noor@example.org", [operator])


def test_permissions_are_those_that_something_asks_for(admin_client: Client) -> None:
    page = text_of(admin_client.get("/admin/auth/group/add/"))
    assert "Can view import" in page
    for word in ("session", "content type", "chunk", "permission"):
        assert f"Can view {word}" not in page


def test_numbers_of_lists_have_separators(admin_client: Client, make_import: MakeImport) -> None:
    make_import("a.csv", state="done", read=1234567)
    assert '<span class="admin-number">1,234,567</span>' in text_of(admin_client.get(IMPORTS))
