"""Somebody at the keyboard, who may do everything."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Browser

from tests.pages.browsing import Visitors
from tests.pages.keyboard.keys import Keyboard

NAME = "kim"
PASSWORD = "a-long-password-17"

Sit = Callable[..., Keyboard]


@pytest.fixture
def sit(browser: Browser, aws: str, live_server: Any) -> Iterator[Sit]:
    """Opens an address in a tab, logged in or not. At the end nothing was wrong in any."""
    User.objects.create_superuser(NAME, password=PASSWORD)
    opened: list[Visitors] = []
    keyboards: list[Keyboard] = []

    def sit(address: str, name: str = NAME, **options: Any) -> Keyboard:
        visitors = Visitors(browser, live_server.url, {NAME: PASSWORD}, **options)
        opened.append(visitors)
        tab = visitors.tab(name)
        keyboards.append(Keyboard(tab))
        tab.goto(live_server.url + address)
        return keyboards[-1]

    yield sit
    for visitors in opened:
        visitors.close()
    assert [fault for keyboard in keyboards for fault in keyboard.faults] == []
