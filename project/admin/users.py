"""Users, groups and logins in the admin."""

from typing import Any

from axes.models import AccessAttempt, AccessLog
from axes.utils import reset
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, Permission, User
from django.db.models import ManyToManyField, Model, Q, QuerySet, Sum
from django.http import HttpRequest
from django.utils import timezone
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from audit.admin.base import StaffAdmin
from project.access import token_admin
from project.admin import deleted

__all__ = ["token_admin"]

for model in (User, Group):
    admin.site.unregister(model)
for name in ("auth", "axes"):
    apps.get_app_config(name).verbose_name = "Access"


# What nobody is given a right to: nothing in Sluice asks for it.
_OF_NO_USE = (
    ("sessions", "session"),
    ("contenttypes", "contenttype"),
    ("auth", "permission"),
    ("ingestion", "chunk"),
    ("axes", "accessfailurelog"),
    ("axes", "accessattemptexpiration"),
)


class CheckedAdmin(StaffAdmin):
    """Several of many are chosen by checking boxes, which works with a keyboard and without
    scripts, as Django's pair of lists does not."""

    def formfield_for_manytomany(
        self, db_field: "ManyToManyField[Any, Any]", request: HttpRequest, **kwargs: Any
    ) -> Any:
        kwargs["widget"] = UnfoldAdminCheckboxSelectMultipleWidget()
        if db_field.related_model is Permission:
            kwargs["queryset"] = _permissions_of_use()
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        found, counts, *others = super().get_deleted_objects(objs, request)
        counts = {name: count for name, count in counts.items() if "relationship" not in name}
        return deleted.without_ties(found), counts, *others


def _permissions_of_use() -> "QuerySet[Permission]":
    none = Q()
    for app, model in _OF_NO_USE:
        none |= Q(content_type__app_label=app, content_type__model=model)
    return Permission.objects.exclude(none).select_related("content_type")


_ROLE_FIELDS = ("is_active", "is_staff", "groups")


@admin.register(User)
class UserAdmin(DjangoUserAdmin, CheckedAdmin):  # type: ignore[type-arg]
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    audit_kind = "user"
    filter_horizontal = ()
    # All that most users need is on one page, when they are made and later.
    add_fieldsets = (
        (None, {"fields": ("username", "email", "is_staff", "groups")}),
        ("Password", {"fields": ("usable_password", "password1", "password2")}),
    )
    fieldsets = (
        (None, {"fields": ("username", "password", "email", "first_name", "last_name")}),
        ("Role", {"fields": _ROLE_FIELDS}),
        ("Advanced", {"classes": ("collapse",), "fields": ("is_superuser", "user_permissions")}),
        ("Dates", {"classes": ("collapse",), "fields": ("last_login", "date_joined")}),
    )
    list_display = ("username", "email", "shown_groups", "is_staff", "is_active", "last_login")
    list_fullwidth = True
    export_columns = (
        *("username", "email", "first_name", "last_name", "is_active", "is_staff"),
        *("is_superuser", "shown_groups", "date_joined", "last_login"),
    )

    def get_queryset(self, request: HttpRequest) -> "QuerySet[User]":
        return super().get_queryset(request).prefetch_related("groups")

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Only superusers make superusers."""
        fields = super().get_readonly_fields(request, obj)
        return fields if request.user.is_superuser else (*fields, "is_superuser")

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return _may_touch(request, obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return _may_touch(request, obj) and super().has_delete_permission(request, obj)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        found, counts, *others = super().get_deleted_objects(objs, request)
        counts.pop("token infos", None)
        return deleted.in_words(found, objs), counts, *others

    @admin.display(description="Groups", empty_value="none")
    def shown_groups(self, user: User) -> str:
        return ", ".join(group.name for group in user.groups.all())


def _may_touch(request: HttpRequest, user: User | None) -> bool:
    """Who could change a superuser's password would be one."""
    return user is None or not user.is_superuser or request.user.is_superuser


@admin.register(Group)
class GroupAdmin(DjangoGroupAdmin, CheckedAdmin):
    audit_kind = "group"
    filter_horizontal = ()
    export_columns = ("name", "shown_permissions")

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Group]":
        return super().get_queryset(request).prefetch_related("permissions__content_type")

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        found, *others = super().get_deleted_objects(objs, request)
        members = User.objects.filter(groups__in=objs).order_by("username").distinct()
        return [*found, *(f"No longer in it: {member}" for member in members)], *others

    def shown_permissions(self, group: Group) -> str:
        """As ``has_perm`` takes them."""
        found = group.permissions.all()
        return " ".join(f"{one.content_type.app_label}.{one.codename}" for one in found)


class LoginsAdmin(StaffAdmin):
    """What happened; nobody adds to it or changes it."""

    ordering = ("-attempt_time",)
    search_fields = ("username", "ip_address")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(AccessAttempt)
class FailedLoginAdmin(LoginsAdmin):
    """Failed logins that still count. To reset them lets people try again before the lock ends."""

    list_display = ("username", "ip_address", "failures_since_start", "is_locked", "attempt_time")
    fields = (*list_display, "path_info", "user_agent")
    export_columns = list_display
    actions = ("reset",)

    def audit_target(self, obj: AccessAttempt) -> str:
        return f"{obj.username} {obj.ip_address}"

    @admin.display(boolean=True, description="Locked")
    def is_locked(self, attempt: AccessAttempt) -> bool:
        """All browsers at the address count together."""
        same = {"username": attempt.username, "ip_address": attempt.ip_address}
        since = timezone.now() - settings.AXES_COOLOFF_TIME
        counted = AccessAttempt.objects.filter(**same, attempt_time__gte=since)
        failures: int = counted.aggregate(sum=Sum("failures_since_start", default=0))["sum"]
        return failures >= settings.AXES_FAILURE_LIMIT

    @admin.action(description="Reset: let them try again", permissions=["delete"])
    def reset(self, request: HttpRequest, queryset: "QuerySet[AccessAttempt]") -> None:
        self.log_deletions(request, queryset)
        for username, address in set(queryset.values_list("username", "ip_address")):
            reset(ip=address, username=username)
        self.message_user(request, "They can try again at once.")

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Without the deletion, which would be the same again with a question."""
        actions: dict[str, Any] = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions


@admin.register(AccessLog)
class LoginAdmin(LoginsAdmin):
    """Logins that succeeded."""

    list_display = ("username", "ip_address", "attempt_time", "logout_time")
    fields = (*list_display, "user_agent")
    export_columns = list_display

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
