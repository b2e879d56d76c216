"""Imports that are taken back leave the table as it was, but for what people did: random tables,
files, policies and orders, with tasks that are killed or throttled at any request."""

import random

import pytest
from django.contrib.auth import get_user_model
from hypothesis import given
from hypothesis import strategies as some
from hypothesis.extra.django import TestCase

from audit.actor import Actor, Channel
from ingestion.models import Import, State
from ingestion.running.ended.undo import beginning
from messages_app.editing import Editor
from messages_app.kinds.record_kind import BUILTIN
from messages_app.models import Day
from messages_app.store.bulk_insert import ON_CONFLICT
from tests.ingestion.helpers import DATE, records, start
from tests.ingestion.running.writing.random_files import ROWS, empty_table, examples, have, text_of
from tests.support.shaky import ShakyTasks

_FILES = some.lists(ROWS, min_size=1, max_size=7)


def table():
    return {one.key: (one.digest(), one.import_origin) for one in records()}


def touch(editor, chance, count):
    """Edit and delete some records; the keys."""
    found = records()
    chosen = chance.sample(found, min(count, len(found)))
    for number, one in enumerate(chosen):
        if chance.random() < 0.5:
            editor.update(one, {"location": f"edited {number}"})
        else:
            editor.delete(one)
    return {one.key for one in chosen}


def take_back(import_, tasks):
    import_.refresh_from_db()
    if import_.receipt.stored or import_.unchanged:
        beginning.begin(import_, tasks)
        tasks.run()
    import_.refresh_from_db()


@pytest.mark.usefixtures("aws")
class TestTakingBack(TestCase):
    @examples(100)
    @given(
        before=some.lists(ROWS, max_size=4),
        files=some.lists(
            some.tuples(_FILES, some.sampled_from(ON_CONFLICT)), min_size=1, max_size=3
        ),
        touched=some.tuples(some.integers(0, 2), some.integers(0, 2)),
        share=some.sampled_from([0, 0, 0.05, 0.15]),
        chunk_bytes=some.sampled_from([64, 150, 300]),
        seed=some.integers(0, 1_000_000),
    )
    def test_imports_taken_back_in_any_order_leave_the_table_as_it_was(
        self, before, files, touched, share, chunk_bytes, seed
    ):
        empty_table()
        chance = random.Random(seed)
        user = get_user_model().objects.create_user("ada")
        editor = Editor(BUILTIN.repository, Actor(user, Channel.PAGE))
        have(before)
        was = table()
        tasks = ShakyTasks(chance, share)
        imports, by_people = [], {}
        with self.settings(CHUNK_BYTES=chunk_bytes):
            for number, (rows, policy) in enumerate(files):
                import_ = start(text_of(rows), tasks, f"{number}.csv", on_conflict=policy)
                tasks.run()
                imports.append(import_)
                if number == 0:
                    keys = touch(editor, chance, touched[0])
                    by_people = {key: table().get(key) for key in keys}
            keys = touch(editor, chance, touched[1])
            by_people |= {key: table().get(key) for key in keys}
            for import_ in chance.sample(imports, len(imports)):
                take_back(import_, tasks)
        expected = {**was, **by_people}
        assert table() == {key: what for key, what in expected.items() if what}
        assert Day.objects.get(date=DATE).count == len(table())
        for import_ in Import.objects.all():
            undo = import_.undo_counts
            assert undo.total == import_.receipt.stored, (import_.receipt, undo)
            assert min(undo.as_dict().values()) >= 0, undo
            assert import_.state == (State.UNDONE if import_.undo else State.DONE)
