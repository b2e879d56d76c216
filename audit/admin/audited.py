"""What staff do in the admin goes to the audit trail, which holds what is done by page and API too.
Django's own log, which knows the admin alone, stays empty."""

from collections.abc import Iterable
from typing import Any

from django.contrib.admin import ModelAdmin
from django.contrib.admin.utils import unquote
from django.db.models import Model, QuerySet
from django.forms import BaseForm, Field, ModelChoiceField, ModelMultipleChoiceField
from django.http import HttpRequest, HttpResponse

from audit.actor import Actor, Channel
from audit.admin.entry_lines import lines
from audit.models import AuditEntry

_MAX_SHOWN = 200
_LONGEST_VALUE = 1000
_SECRET = "(not shown)"  # noqa: S105 - in the place of one


class AuditedAdmin(ModelAdmin):  # type: ignore[type-arg]
    """Writes an entry for each addition, change and deletion, and shows those of an object as its
    history."""

    # What entries name as their kind; without one the model's own name.
    audit_kind = ""
    # Whether they name an object by its primary key, rather than by what people call it.
    is_target_key = False
    object_history_template = "messages_app/admin/history.html"

    def actor(self, request: HttpRequest) -> Actor:
        return Actor.from_request(request, Channel.ADMIN)

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        self._log(request, "created", obj, values=message)

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        if message:
            self._log(request, "changed", obj, values=message)

    def log_deletions(self, request: HttpRequest, queryset: Iterable[Model]) -> Any:
        for obj in queryset:
            self._log(request, "deleted", obj)

    def construct_change_message(
        self, request: HttpRequest, form: BaseForm, formsets: Any, add: bool = False
    ) -> Any:
        """``{field: [before, after]}``, for an addition ``{field: value}``."""
        if not add:
            return {name: _both(form, name) for name in form.changed_data}
        return {name: _shown(form, name, form.cleaned_data.get(name)) for name in form.changed_data}

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        entries = self.entries_of(unquote(object_id))[:_MAX_SHOWN]
        context = {"entries": [(one, lines(one)) for one in entries], **(extra_context or {})}
        return super().history_view(request, object_id, context)

    def entries_of(self, key: str) -> QuerySet[AuditEntry]:
        """What was done to the object with this primary key, newest first."""
        entries = AuditEntry.objects.filter(kind=self._kind)
        return entries.filter(target=key) if self.is_target_key else entries.filter(detail__id=key)

    def audit_target(self, obj: Any) -> str:
        return str(obj.pk) if self.is_target_key else str(obj)

    def _log(self, request: HttpRequest, action: str, obj: Model, **detail: Any) -> None:
        target = self.audit_target(obj)
        self.actor(request).log(action, self._kind, target, id=str(obj.pk), **detail)

    @property
    def _kind(self) -> str:
        return self.audit_kind or str(self.opts.verbose_name)


def _both(form: BaseForm, name: str) -> list[str]:
    before = form.get_initial_for_field(form.fields[name], name) if name in form.fields else None
    return [_shown(form, name, before), _shown(form, name, form.cleaned_data.get(name))]


def _shown(form: BaseForm, name: str, value: Any) -> str:
    field = form.fields.get(name)
    if field is None or getattr(field.widget, "input_type", "") == "password":
        return _SECRET
    return _text(field, value)[:_LONGEST_VALUE]


def _text(field: Field, value: Any) -> str:
    if isinstance(field, ModelMultipleChoiceField):
        return ", ".join(sorted(str(one) for one in value or ()))
    if isinstance(field, ModelChoiceField) and value is not None:
        choices: Any = field.queryset
        value = choices.filter(pk=getattr(value, "pk", value)).first()
    return "" if value is None else str(value)
