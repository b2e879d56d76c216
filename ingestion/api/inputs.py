"""What clients of the imports API send: bodies and query strings."""

from collections.abc import Callable
from typing import TypeVar

from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from common.rest.pages import PageQuery, SomeText
from common.rest.strict import Strict, WholeNumber
from ingestion.api.fields import (
    EncodingField,
    FileNameField,
    KindField,
    MomentField,
    StreamedFile,
    choice,
    choices,
)
from ingestion.formats.models import Format, FormatVersion
from ingestion.models import OnConflictChoice, State
from ingestion.uploads import presigned, streaming

# More than any file has bytes or lines, and few enough for a column of the database.
_MOST = 10**15
T = TypeVar("T")


class _Options(Strict):
    on_conflict = choice(
        OnConflictChoice,
        default=OnConflictChoice.KEEP.value,
        help_text="What happens to a row whose key a different record has.",
    )
    encoding = EncodingField(
        default="",
        allow_blank=True,
        trim_whitespace=False,
        max_length=40,
        help_text="Needed only where the file is neither UTF-8 nor UTF-16 with a byte order mark:"
        " a name such as windows-1252. Other names of encodings that Python knows are taken too.",
    )

    dry_run = serializers.BooleanField(
        default=False,
        error_messages={"invalid": "must be true or false"},
        help_text="A forecast: the whole file is compared with the table and nothing is written."
        " Make it real with `POST /api/imports/{id}/run/`.",
    )

    kind = KindField(
        default="",
        allow_blank=True,
        help_text="The name of the kind of its records. Without it the file's header tells it: that"
        " of the kind whose names it has, else `messages`.",
    )

    def validate_kind(self, value: str) -> str:
        if value:
            _checked(streaming.check_kind, value)
        return value

    format = WholeNumber(
        1,
        _MOST,
        default=None,
        allow_null=True,
        help_text="The id of the file's format. Without it, Sluice recognises the format.",
    )

    def validate_format(self, value: int | None) -> FormatVersion | None:
        if value is None:
            return None
        found = Format.objects.filter(pk=value, is_retired=False).first()
        if found is None:
            raise ValidationError("This format does not exist.", "unknown_format")
        return found.current

    def validate_encoding(self, value: str) -> str:
        if value:
            _checked(streaming.check_encoding, value)
        return value


class UploadSerializer(_Options):
    """A file to import, as multipart form data."""

    file = StreamedFile(
        help_text="A CSV file, plain or compressed: its name ends in .csv, .csv.gz, .csv.zst,"
        " .csv.bz2, .csv.zip, .xlsx or .ods. It is passed on to S3 while it arrives, so it can"
        " be large.",
    )


class PresignSerializer(_Options):
    """A file that is to be sent straight to S3."""

    file_name = FileNameField(
        max_length=1024,
        error_messages=dict.fromkeys(("required", "null", "blank"), "is missing"),
        help_text="Its name: it ends in .csv, .csv.gz, .csv.zst, .csv.bz2, .csv.zip,"
        " .xlsx or .ods.",
    )
    size = WholeNumber(
        1,
        presigned.most_bytes(),
        required=False,
        allow_null=True,
        help_text="Its size in bytes. When it is given, S3 refuses a larger file.",
    )

    def validate_file_name(self, value: str) -> str:
        return _checked(streaming.safe_name, value)

    def validate_size(self, value: int | None) -> int | None:
        maximum = presigned.most_bytes()
        if value is not None and value > maximum:
            raise ValidationError(str(streaming.too_large(maximum)), "too_large")
        return value


class AnswerSerializer(Strict):
    """The format by which a waiting file is to be read."""

    format = WholeNumber(1, _MOST, help_text="Its id.")
    all = serializers.BooleanField(
        default=False,
        error_messages={"invalid": "must be true or false"},
        help_text="Also let all other imports continue that wait for the same answer.",
    )
    accept_header = serializers.BooleanField(
        default=False,
        error_messages={"invalid": "must be true or false"},
        help_text="First make a next version of the format, with the header that the file has."
        " For imports that wait with the code header_changed.",
    )


class ImportsQuery(PageQuery):
    """Which imports a list shows."""

    state = choices(State, required=False, help_text="In this state; repeat it for several.")
    on_conflict = choice(
        OnConflictChoice, required=False, help_text="With this policy for conflicts."
    )
    kind = KindField(required=False, help_text="With records of this kind.")
    search = SomeText(
        required=False, max_length=1024, help_text="This text is in the key; case does not count."
    )
    created_from = MomentField(
        required=False,
        help_text="Created then or later: 2019-05-28T10:55:09Z, or a UTC date. In an address the"
        " + of an offset is written %2B.",
    )
    created_to = MomentField(
        at_end=True, required=False, help_text="Created then or before; of a date, all of it."
    )
    has_rejects = serializers.BooleanField(
        required=False,
        error_messages={"invalid": "must be true or false"},
        help_text="With rejected rows (true), or without (false).",
    )
    page_size = WholeNumber(1, 500, default=50, help_text="Imports on a page.")


class RejectsQuery(Strict):
    """Which rejected rows a page shows."""

    after_line = WholeNumber(
        0, _MOST, default=0, help_text="Only those after this line of the file."
    )
    page_size = WholeNumber(1, 1000, default=100, help_text="Rows on a page.")


def _checked(check: Callable[[str], T], value: str) -> T:
    try:
        return check(value)
    except streaming.UploadRefused as refused:
        raise ValidationError(str(refused)) from refused
