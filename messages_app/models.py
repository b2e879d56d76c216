"""What SQL knows of records: their permissions, their kinds, the days that have some, and the views
of them that people saved. The records themselves are in DynamoDB."""

from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from messages_app.schema.record import Record
from messages_app.schema.schema import MESSAGES

if TYPE_CHECKING:
    from messages_app.kinds.record_kind import RecordKind


class Message(models.Model):
    """A record as the admin knows it; ``key`` is its date and time, as the audit trail has them,
    behind the name of its kind where that is not the built-in one.

    Unmanaged: there is no table. The class makes the content type and the permissions view, add,
    change and delete.
    """

    key = models.CharField(primary_key=True, max_length=250)
    record: "Record | None" = None
    kind: "RecordKind | None" = None

    class Meta:
        managed = False
        default_permissions = ("view", "add", "change", "delete")

    def __str__(self) -> str:
        return self.key

    def save(self, *args: Any, **kwargs: Any) -> None:
        raise TypeError("records are written through messages_app.editing")

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        raise TypeError("records are deleted through messages_app.editing")


class Kind(models.Model):
    """A kind of record that staff made. What it is like is in its versions, of which ``version`` is
    the number of the one that holds; see messages_app/kinds/."""

    name = models.CharField(max_length=40, unique=True)
    label = models.CharField(max_length=80)
    version = models.PositiveIntegerField(default=1)
    # Of its fields' names, by which files are recognised.
    fingerprint = models.CharField(max_length=64, db_index=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class KindVersion(models.Model):
    """A definition that a kind has or had; written once, never changed."""

    kind = models.ForeignKey(Kind, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    # See messages_app/schema/definition.py.
    definition = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)
    # The user's name, which stays when the user is deleted.
    created_by = models.CharField(max_length=150)

    class Meta:
        default_permissions = ()
        ordering: ClassVar = ["-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "number"], name="one_version_a_number")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"


class ExtraKept(models.Model):
    """That records of a kind have extra columns, or had; see store/noted/extra_kept.py."""

    kind = models.CharField(max_length=40, primary_key=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.kind


class Spread(models.Model):
    """How many partitions a day of a kind has, where it is not one, and, while records move, how
    many it had and when writes go to the new ones; see store/partitions/partitioning.py."""

    kind = models.CharField(max_length=40, primary_key=True)
    partitions = models.PositiveSmallIntegerField()
    # 0: nothing moves.
    before = models.PositiveSmallIntegerField(default=0)
    switch_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.kind} {self.partitions}"


class Day(models.Model):
    """A UTC date that may have records of a kind, and how many; see store/day_index.py.

    ``mark`` is another one with each write, and ``changed_at`` the time of the last write by the
    clock of the database; see store/noted/marks.py.
    """

    kind = models.CharField(max_length=40, default=MESSAGES)
    date = models.CharField(max_length=10)
    count = models.BigIntegerField(default=0)
    mark = models.BigIntegerField(default=0, db_default=0)
    changed_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        ordering: ClassVar = ["date"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "date"], name="one_day_a_kind")
        ]

    def __str__(self) -> str:
        return self.date


class OpenWrite(models.Model):
    """That records of a kind are being written, of dates from one to another, both included; see
    store/noted/open_writes.py. ``begun_at`` is a time of the database's clock."""

    kind = models.CharField(max_length=40)
    first_date = models.CharField(max_length=10)
    last_date = models.CharField(max_length=10)
    begun_at = models.DateTimeField(db_default=Now())

    class Meta:
        default_permissions = ()
        indexes: ClassVar = [models.Index(fields=["kind"], name="open_writes_of_a_kind")]

    def __str__(self) -> str:
        return f"{self.kind} {self.first_date} to {self.last_date}"


class Retention(models.Model):
    """For how many days records of a kind are kept; see store/expiring/ and kinds/expiring/.

    ``days`` is None when they are kept for ever again, until their items say so too.
    """

    kind = models.CharField(max_length=40, primary_key=True)
    days = models.PositiveIntegerField(null=True)
    # The items up to this partition, and of this one up to this time, agree with ``days``.
    after_partition = models.CharField(max_length=20, blank=True)
    after_time = models.CharField(max_length=1024, blank=True)
    is_applied = models.BooleanField(default=False)
    # Whose turn it is: see kinds/expiring/turns.py.
    due_at = models.DateTimeField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.kind


class SavedView(models.Model):
    """A filter of the page of a kind's records that somebody gave a name."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views"
    )
    kind = models.CharField(max_length=40, default=MESSAGES)
    name = models.CharField(max_length=80)
    # The query string of the page, without "?".
    query = models.CharField(max_length=4000, blank=True)
    is_shared = models.BooleanField(default=False)
    # The page opens with it for its owner.
    is_start = models.BooleanField(default=False)

    class Meta:
        default_permissions = ()
        ordering: ClassVar = ["name", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["owner", "kind", "name"], name="one_view_a_name"),
            models.UniqueConstraint(
                fields=["owner", "kind"],
                condition=models.Q(is_start=True),
                name="one_start_an_owner",
            ),
        ]

    def __str__(self) -> str:
        return self.name
