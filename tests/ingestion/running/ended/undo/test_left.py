"""The list of the records that stay when an import is taken back: by line, and page by page."""

import pytest

from audit.models import AuditEntry
from ingestion.models import Chunk
from ingestion.running.ended.undo import left
from messages_app.editing import target_of
from tests.ingestion.running.ended.undo.test_account import made
from tests.pages import record_pages

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]


@pytest.fixture
def import_(settings):
    """Two chunks, of the lines 1 to 9 and 10 to 18, of which some stay."""
    import_ = made()
    import_.bucket = settings.DATA_BUCKET
    for number, first_line, edited, no_copy in ((2, 10, [12], []), (1, 1, [9, 1, 3], [8, 2])):
        values = {"number": number, "start": 0, "end": 9, "first_line": first_line, "lines": 9}
        chunk = import_.chunks.create(undo_edited=len(edited + no_copy), **values)
        left.store(
            import_, chunk, *({one: record(one) for one in some} for some in (edited, no_copy))
        )
    return import_


def record(line):
    return record_pages.made(line)


def by_line(lines):
    return {line: record(line) for line in lines}


def lines_of(records):
    return [one.line for one in records]


def test_they_are_listed_by_line_with_why_they_stay(import_):
    found = list(left.stored(import_))
    assert [(one.line, one.reason) for one in found] == [
        (1, "edited"),
        (2, "no_copy"),
        (3, "edited"),
        (8, "no_copy"),
        (9, "edited"),
        (12, "edited"),
    ]
    assert (found[1].date, found[1].time) == record(2).key
    assert lines_of(left.stored(import_, 8)) == [9, 12]


@pytest.mark.parametrize(
    ("after", "size", "lines", "last"),
    [
        (0, 4, [1, 2, 3, 8], 8),
        (0, 5, [1, 2, 3, 8, 9], 9),
        (8, 1, [9], 9),
        (8, 2, [9, 12], None),
        (9, 3, [12], None),
        (12, 3, [], None),
    ],
)
def test_a_page_says_behind_which_line_the_next_one_begins(import_, after, size, lines, last):
    found, behind = left.page(import_, after, size)
    assert (lines_of(found), behind) == (lines, last)


def test_who_edited_one_last_is_told(import_):
    chunk = Chunk.objects.get(number=1)
    for name in ("ada", "grace"):
        AuditEntry.objects.create(
            user_name=name,
            channel="api",
            action="changed",
            kind="message",
            target=target_of(record(3)),
        )
    left.store(import_, chunk, by_line([3, 4]), {})
    entry = AuditEntry.objects.get(user_name="grace")
    found = left.stored(import_)
    assert [(one.edited_by, one.edited) for one in found][:2] == [("grace", entry.at), ("", None)]
