"""A person who has a keyboard and no mouse."""

from pathlib import Path
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Error, Locator, Page

_MOST_PRESSES = 200
_MOST_CHOOSERS = 10
_CHOOSER_MILLISECONDS = 3000
_FAULTS = {"serious", "critical"}
# The focus must be seen: by an outline, a shadow or another border than without it.
_IS_SEEN = """element => {
    const look = () => {
        const style = getComputedStyle(element);
        return [style.outlineStyle, style.outlineWidth, style.boxShadow, style.borderColor].join();
    };
    const focused = look();
    element.blur();
    const plain = look();
    element.focus({ focusVisible: true });
    return focused !== plain;
}"""


class Keyboard:
    """``clicks``: how often something was chosen by Enter or Space."""

    def __init__(self, page: Page):
        self.page = page
        self.clicks = 0
        self.faults: list[str] = []
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", self._said)

    def _said(self, message: Any) -> None:
        # The browser notes each answer that is no success, such as that to a wrong filter.
        is_known = "the server responded with a status of 400" in message.text
        if message.type in ("error", "warning") and not is_known:
            self.faults.append(message.text)

    def reach(self, role: Any, name: Any = None, *, backwards: bool = False) -> Locator:
        """Press Tab until this has the focus, which then can be seen. Without a name, ``role`` is
        a selector."""
        target = self._found(role, name)
        target.wait_for()
        for _ in range(_MOST_PRESSES):
            if target.evaluate("element => element === document.activeElement"):
                assert target.evaluate(_IS_SEEN), f"the focus of {role} {name} is not seen"
                return target
            self.press("Shift+Tab" if backwards else "Tab")
        raise AssertionError(f"{role} {name} is not reached by the keyboard")

    def _found(self, role: Any, name: Any) -> Locator:
        if name is None:
            return self.page.locator(role).first
        return self.page.get_by_role(role, name=name, exact=isinstance(name, str)).first

    def choose(self, role: Any, name: Any = None, key: str = "Enter", **options: Any) -> Locator:
        """Reach it and press Enter."""
        target = self.reach(role, name, **options)
        self.clicks += 1
        self.press(key)
        return target

    def type_into(self, role: Any, name: Any, text: str, **options: Any) -> None:
        """Reach a field and write this in place of what it has."""
        self.reach(role, name, **options)
        self.press("Control+a")
        self.page.keyboard.type(text)

    def choose_file(self, file: Path) -> None:
        """Press Enter on what has the focus, and choose this file. Chromium without a screen does
        not open its chooser each time: then again, as people would."""
        for _ in range(_MOST_CHOOSERS):
            try:
                with self.page.expect_file_chooser(timeout=_CHOOSER_MILLISECONDS) as chooser:
                    self.press("Enter")
            except Error:  # nothing was opened in time
                continue
            chooser.value.set_files(file)
            return
        raise AssertionError("no file can be chosen by the keyboard")

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)

    def look_for_faults(self) -> None:
        """What axe finds serious in the page as it is now, added to the faults."""
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE_SCRIPT)
        options = {"resultTypes": ["violations"], "preload": False}
        for one in self.page.evaluate(
            "options => axe.run(options).then(all => all.violations)", options
        ):
            if one["impact"] in _FAULTS:
                nodes = [node["html"][:200] for node in one["nodes"]]
                self.faults.append(f"{self.page.url}: {one['id']}: {nodes}")
