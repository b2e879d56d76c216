import pytest
from django.contrib.auth import get_user_model

from audit.actor import Actor, Channel
from ingestion.running.ended.by_query import work
from messages_app.editing import Editor
from messages_app.kinds.record_kind import BUILTIN


@pytest.fixture
def small_steps(monkeypatch):
    monkeypatch.setattr(work, "_A_STEP", 4)


@pytest.fixture
def actor():
    return Actor(get_user_model().objects.create_user("ada"), Channel.API)


@pytest.fixture
def editor(actor):
    return Editor(BUILTIN.repository, actor)
