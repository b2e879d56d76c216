"""Every page, at the addresses that it has for the contents of the database.

Whatever looks at all pages goes through this list; tests/pages/every/test_every_page.py finds
what is missing in it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib import admin
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from ingestion.dead_letters import queue
from ingestion.formats.models import Format
from ingestion.models import DeletedImport, Import
from ingestion.running.ended.by_query.models import Deletion
from notices.models import MailRule, Notice, Webhook
from silence.models import Device
from tests.pages.contents import ADMIN, VIEWER, a_climate_record, a_record

NOBODY = ""
BROWSER = {"HTTP_ACCEPT": "text/html"}


_IMPORTS = {
    "import": {"key__contains": "week-22"},
    "import-with-kept": {"key__contains": "corrected"},
    "import-undone": {"state": "undone"},
    "import-running": {"state": "writing"},
    "import-cancelled": {"state": "cancelled"},
    "import-failed": {"state": "failed"},
    "import-waiting": {"state": "waiting"},
    "import-forecast": {"dry_run": True},
}


@dataclass(frozen=True, slots=True)
class Page:
    """``name`` is for files; ``visitor`` the user who opens it, NOBODY without login."""

    name: str
    address: str
    status: int = 200
    visitor: str = ADMIN


def every_page() -> list[Page]:
    """All pages; the database must have what tests/pages/contents.py adds."""
    return [
        *(*_login(), *_imports(), *_messages(), *_kinds(), *_notices()),
        *(*_api(), *_problems(), *_admin()),
    ]


def parts_of_pages() -> Iterator[Page]:
    """What pages ask for by themselves."""
    import_ = Import.objects.get(**_IMPORTS["import"])
    yield Page("part-chart", f"{reverse('messages-chart')}?date={a_record().date}")
    yield Page("part-home-imports", reverse("home-imports"))
    yield Page("part-home-arrivals", reverse("home-arrivals"))
    yield Page("part-home-state", reverse("home-state"))
    yield Page("part-import-rows", reverse("import-rows"))
    yield Page("part-upload-result", reverse("upload-result", args=[import_.pk]))
    yield Page("part-import-progress", reverse("import-progress", args=[import_.pk]))
    yield Page("part-import-rejects", reverse("import-rejects-part", args=[import_.pk]), 302)


def _login() -> Iterator[Page]:
    yield Page("login", reverse("login"), visitor=NOBODY)
    yield Page("password", reverse("password"))
    yield Page("tokens", reverse("tokens"))


def _imports() -> Iterator[Page]:
    yield Page("home", reverse("home"))
    yield Page("home-of-viewer", reverse("home"), visitor=VIEWER)
    yield Page("upload", reverse("upload"))
    yield Page("imports", reverse("imports"))
    yield Page("rejects", reverse("rejects"))
    yield Page(
        "rejects-fault",
        f"{reverse('rejects-fault')}?kind=messages&format=&code=not_a_number&column=remote_avg",
    )
    yield Page("imports-none", f"{reverse('imports')}?search=nothing")
    yield Page("replay", reverse("replay"))
    yield Page("replay-found", f"{reverse('replay')}?prefix=unannounced/")
    yield Page("replay-none", f"{reverse('replay')}?prefix=samples/")
    yield Page("replay-refused", f"{reverse('replay')}?prefix=_sluice/", status=400)
    for name, found in _IMPORTS.items():
        yield Page(name, Import.objects.get(**found).get_absolute_url())
    ended = Import.objects.get(**_IMPORTS["import"])
    yield Page("import-delete", reverse("import-delete", args=[ended.pk]))
    yield Page("import-take-back", reverse("import-take-back", args=[ended.pk]))
    undone = Import.objects.get(**_IMPORTS["import-undone"])
    yield Page("import-left", reverse("import-left", args=[undone.pk]))
    gone = DeletedImport.objects.get()
    yield Page("import-deleted", reverse("import", args=[gone.pk]), status=404)
    yield Page("inbox", reverse("inbox"))
    yield from _devices()
    yield from _deletions()
    waiting = Import.objects.get(**_IMPORTS["import-waiting"])
    yield Page("import-format", reverse("import-format", args=[waiting.pk]))
    yield Page("import-kind", reverse("import-kind", args=[waiting.pk]))
    yield from _formats()
    yield Page("dead-letters", reverse("dead-letters"))
    for letter in queue.waiting():
        name = "dead-letter" if letter.import_id else "dead-letter-of-others"
        yield Page(name, reverse("dead-letter", args=[letter.id]))


def _devices() -> Iterator[Page]:
    overdue = Device.objects.filter(overdue_at__isnull=False).earliest("pk")
    yield Page("devices", reverse("devices"))
    yield Page("devices-overdue", f"{reverse('devices')}?state=overdue&order=seen")
    yield Page("devices-none", f"{reverse('devices')}?search=nothing")
    yield Page("device", reverse("device", args=[overdue.pk]))
    yield Page("api-devices", reverse("api-device-list"))
    yield Page("api-device", reverse("api-device-detail", args=[overdue.pk]))


def _deletions() -> Iterator[Page]:
    """Of what a query matches."""
    asked = f"{reverse('records-delete', args=['messages'])}?date=2019-05-28&location=harbour"
    yield Page("records-delete", asked)
    yield Page("deletions", reverse("deletions"))
    for state in ("counted", "deleted"):
        deletion = Deletion.objects.get(state=state)
        yield Page(f"deletion-{state}", deletion.get_absolute_url())
    yield Page("api-deletions", reverse("api-deletion-list"))
    counted = Deletion.objects.get(state="counted")
    yield Page("api-deletion", reverse("api-deletion-detail", args=[counted.pk]))


def _formats() -> Iterator[Page]:
    pk = Format.objects.get().pk
    yield Page("formats", reverse("formats"))
    yield Page("format", reverse("format", args=[pk]))
    yield Page("format-new", reverse("format-new"))
    yield Page("format-edit", reverse("format-edit", args=[pk]))


def _messages() -> Iterator[Page]:
    record = a_record()
    messages = reverse("messages")
    day = f"{messages}?date={record.date}"
    yield Page("messages", day)
    yield Page("messages-filtered", f"{day}&location=harbour&location=library&remote_avg_min=40")
    yield Page("messages-all-days", f"{messages}?date=")
    yield Page("messages-none", f"{day}&location=nowhere")
    yield Page("messages-refused", f"{day}&remote_avg_min=many", status=400)
    yield from _rankings(record.date)
    yield Page("message", reverse("message", args=record.key))
    yield Page("message-none", reverse("message", args=(record.date, "23:59:59")), status=404)
    yield Page("message-edit", reverse("message-edit", args=record.key))
    yield Page("message-delete", reverse("message-delete", args=record.key))
    yield Page("message-new", reverse("message-new"))
    yield Page("saved-views", reverse("saved-views"))
    yield Page("sql", reverse("sql"))


def _rankings(date: str) -> Iterator[Page]:
    ranking = reverse("messages-ranking")
    yield Page("ranking", f"{ranking}?date={date}&measure=remote_avg")
    yield Page("ranking-compared", f"{ranking}?date_from={date}&by=remote_dest&compare=before")
    yield Page("values", f"{reverse('messages-values')}?date={date}")
    yield Page("values-found", f"{reverse('messages-values')}?date={date}&search=device")
    yield Page("values-near", f"{reverse('messages-near')}?date={date}&location=harbor")
    yield Page("records-values", f"{reverse('records-values', args=['climate'])}?date={date}")
    yield Page("records-near", f"{reverse('records-near', args=['climate'])}?sensor=x")
    yield Page("ranking-none", f"{ranking}?date={date}&location=nowhere")
    yield Page("ranking-refused", f"{ranking}?date={date}&remote_avg_min=many", status=400)
    yield Page("records-ranking", f"{reverse('records-ranking', args=['climate'])}?date=")


def _kinds() -> Iterator[Page]:
    """The pages of kinds, and of the records of one."""
    yield Page("kinds", reverse("kinds"))
    yield Page("kind", reverse("kind", args=["climate"]))
    yield Page("kind-new", reverse("kind-new"))
    yield Page("kind-import", reverse("kind-import"))
    for page in ("edit", "delete", "retention", "devices"):
        yield Page(f"kind-{page}", reverse(f"kind-{page}", args=["climate"]))
    record = a_climate_record()
    yield Page("records", f"{reverse('records', args=['climate'])}?date={record.date}")
    yield Page("record-new", reverse("record-new", args=["climate"]))
    yield Page("record", reverse("record", args=["climate", *record.key]))
    for page in ("edit", "delete"):
        yield Page(f"record-{page}", reverse(f"record-{page}", args=["climate", *record.key]))
    listed = reverse("admin:messages_app_message_changelist")
    yield Page("admin-records", f"{listed}?kind=climate")
    yield Page("api-kinds", reverse("api-kinds"))
    yield Page("api-kind", reverse("api-kind", args=["climate"]))
    yield Page("api-kind-schema", reverse("api-kind-schema", args=["climate"]))
    yield Page("api-records", reverse("api-records", args=["climate"]))
    yield Page("api-record", reverse("api-record", args=["climate", *record.key]))
    yield Page("api-records-export", reverse("api-records-export", args=["climate"]))
    yield Page("api-records-summary", reverse("api-records-summary", args=["climate"]))


def _notices() -> Iterator[Page]:
    """Who is told of what, and what was told."""
    rule, webhook = MailRule.objects.first(), Webhook.objects.get()
    given_up = Notice.objects.get(state="given_up")
    yield Page("notices", reverse("notices"))
    yield Page("notices-of-viewer", reverse("notices"), visitor=VIEWER)
    yield Page("notice-log", reverse("notice-log"))
    yield Page("notice-log-waiting", f"{reverse('notice-log')}?state=waiting")
    yield Page("notice", reverse("notice", args=[given_up.pk]))
    yield Page("mails", reverse("mails"), status=404)
    yield Page("webhooks", reverse("webhooks"))
    yield Page("webhook-new", reverse("webhook-new"))
    yield Page("webhook", reverse("webhook", args=[webhook.pk]))
    yield Page("api-notices", reverse("api-notice-list"))
    yield Page("api-notice", reverse("api-notice-detail", args=[given_up.pk]))
    yield Page("api-webhooks", reverse("api-webhook-list"))
    yield Page("api-webhook", reverse("api-webhook-detail", args=[webhook.pk]))
    yield Page("api-mail-rules", reverse("api-mail-rule-list"))
    yield Page("api-mail-rule", reverse("api-mail-rule-detail", args=[rule.pk if rule else 0]))


def _api() -> Iterator[Page]:
    """Of the API what people open in a browser."""
    record, import_ = a_record(), Import.objects.get(**_IMPORTS["import"])
    yield Page("api", reverse("api-root"))
    yield Page("api-docs", reverse("api-docs"))
    yield Page("api-messages", f"{reverse('api-messages')}?date={record.date}")
    yield Page("api-message", reverse("api-message", args=record.key))
    yield Page("api-messages-export", reverse("api-messages-export"))
    yield Page("api-imports", reverse("api-import-list"))
    yield Page("api-import", reverse("api-import-detail", args=[import_.pk]))
    yield Page("api-import-rejects", reverse("api-import-rejects", args=[import_.pk]))
    yield Page("api-import-left", reverse("api-import-left", args=[import_.pk]))
    yield Page("api-formats", reverse("api-format-list"))
    format_ = Format.objects.get()
    yield Page("api-format", reverse("api-format-detail", args=[format_.pk]))
    yield Page("api-format-versions", reverse("api-format-versions", args=[format_.pk]))


def _problems() -> Iterator[Page]:
    yield Page("not-found", "/none/", status=404)
    yield Page("not-found-by-nobody", "/none/", status=404, visitor=NOBODY)
    yield Page("forbidden", reverse("upload"), status=403, visitor=VIEWER)


def _admin() -> Iterator[Page]:
    """The index, and of each model the pages that a superuser may open."""
    user = User.objects.get(username=ADMIN)
    client = Client(raise_request_exception=False, **BROWSER)
    client.force_login(user)
    for page in ("index", "password_change", "password_change_done"):
        yield Page(f"admin-{page}".replace("_", "-"), reverse(f"admin:{page}"))
    for label in sorted({model._meta.app_label for model in admin.site._registry}):
        yield Page(f"admin-{label}".replace("_", "-"), reverse("admin:app_list", args=[label]))
    yield Page(
        "admin-auth-user-password", reverse("admin:auth_user_password_change", args=[user.pk])
    )
    for model in admin.site._registry:
        name = f"{model._meta.app_label}_{model._meta.model_name}"
        for kind, address in _of_model(client, name):
            if client.get(address).status_code != 403:
                yield Page(f"admin-{name}-{kind}".replace("_", "-"), address)


def _of_model(client: Client, name: str) -> Iterator[tuple[str, str]]:
    listed = reverse(f"admin:{name}_changelist")
    yield "list", listed
    yield "add", reverse(f"admin:{name}_add")
    first = re.search(rf'href="{listed}([^"/]+)/change/', client.get(listed).content.decode())
    if first:
        yield from (
            (kind, f"{listed}{first[1]}/{kind}/") for kind in ("change", "history", "delete")
        )
