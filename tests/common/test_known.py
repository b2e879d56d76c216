"""What is asked once in some seconds."""

import pytest

from common.database import known as module
from common.database.known import Known


@pytest.fixture
def answers():
    return [1, 2, 3]


def test_it_is_asked_once(answers):
    known = Known(lambda: answers.pop(0))
    assert [known.get(), known.get()] == [1, 1]


def test_it_is_asked_again_when_the_answer_is_old(answers, monkeypatch):
    known = Known(lambda: answers.pop(0))
    monkeypatch.setattr(module, "KNOWN_SECONDS", 0)
    assert [known.get(), known.get()] == [1, 2]


def test_it_is_asked_again_after_a_change(answers):
    known = Known(lambda: answers.pop(0))
    known.get()
    known.forget()
    assert known.get() == 2


def test_an_answer_that_is_held_is_believed(answers):
    known = Known(lambda: answers.pop(0))
    known.hold(0)
    assert (known.get(), answers) == (0, [1, 2, 3])


def test_an_answer_from_before_a_change_is_not_believed():
    answers = ["before", "after"]

    def ask():
        found = answers.pop(0)
        if found == "before":
            known.forget()  # as another thread does, which changed it just then
        return found

    known = Known(ask)
    assert [known.get(), known.get()] == ["before", "after"]
