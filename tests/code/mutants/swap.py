"""Puts a mutant's code in the place of the module's, in this process alone and without a file.

The body of a function is given to the functions that are alive, whatever decorates them. At the
level of the module, and for defaults of parameters, the module is run again beside the old one, and
plain values that differ are carried over to wherever the old one is.
"""

import gc
import sys
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, time, timedelta
from decimal import Decimal
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

from tests.support.processes import ROOT

_PLAIN = (str, bytes, int, float, bool, type(None), Decimal, timedelta, date, time)
_TOLD = "fget", "__func__", "func", "__wrapped__"
_Functions = dict[str, list[FunctionType]]


class CannotSwap(Exception):
    """There is nothing that the mutant can be put in the place of."""


def living_functions() -> _Functions:
    """All functions of this process, by the file that they are from. Takes long."""
    gc.unfreeze()
    found: _Functions = defaultdict(list)
    for thing in gc.get_objects():
        # Not isinstance: a weak proxy whose object is gone fails when it is asked for its class.
        if type(thing) is FunctionType:
            found[thing.__code__.co_filename].append(thing)
    return found


def swap(module: str, function: str, source: str, living: _Functions) -> None:
    """Raises CannotSwap."""
    path = ROOT / module
    code = compile(source, str(path), "exec")
    if function:
        done = _swap_bodies(path, code, living[str(path)])
    else:
        done = _run_again(module.removesuffix(".py").replace("/", "."), code)
    if not done:
        raise CannotSwap


def _swap_bodies(path: Path, code: CodeType, functions: list[FunctionType]) -> int:
    before = _numbered(compile(path.read_text(), str(path), "exec"))
    names = {(one.co_qualname, one.co_firstlineno): name for name, one in before.items()}
    after = _numbered(code)
    done = 0
    for function in functions:
        old = function.__code__
        name = names.get((old.co_qualname, old.co_firstlineno))
        new = after.get(name) if name else None
        if new and new != old and new.co_freevars == old.co_freevars:
            function.__code__ = new
            done += 1
    return done


def _numbered(code: CodeType) -> dict[tuple[str, int], CodeType]:
    """All code in it by name and, where several have one name, number."""
    found: dict[tuple[str, int], CodeType] = {}
    for one in _all_code(code):
        number = 0
        while (one.co_qualname, number) in found:
            number += 1
        found[one.co_qualname, number] = one
    return found


def _all_code(code: CodeType) -> Iterator[CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from _all_code(constant)


def _run_again(name: str, code: CodeType) -> int:
    if name not in sys.modules:
        return 0
    old = sys.modules[name]
    new = ModuleType(name)
    new.__dict__.update({key: old.__dict__[key] for key in ("__file__", "__package__", "__spec__")})
    exec(code, new.__dict__)  # noqa: S102
    return sum(
        _carry(old, key, old.__dict__[key], value)
        for key, value in new.__dict__.items()
        if key in old.__dict__ and not key.startswith("__")
    )


def _carry(holder: Any, key: str, old: Any, new: Any) -> int:
    """How many values were carried over, of what ``holder`` has under that name."""
    if isinstance(old, FunctionType) and isinstance(new, FunctionType):
        return _carry_defaults(old, new)
    if isinstance(old, type) and isinstance(new, type) and old.__module__ == new.__module__:
        attributes = [name for name in vars(new) if name in vars(old)]
        return sum(_carry(old, name, vars(old)[name], vars(new)[name]) for name in attributes)
    for told in _TOLD:
        if hasattr(old, told) and hasattr(new, told):
            return _carry(old, told, getattr(old, told), getattr(new, told))
    if not (_is_plain(old) and _is_plain(new)) or _same(old, new):
        return 0
    if not isinstance(holder, ModuleType):
        setattr(holder, key, new)
        return 1
    users = [
        one for one in list(sys.modules.values()) if getattr(one, "__dict__", {}).get(key) is old
    ]
    for user in users:
        setattr(user, key, new)
    return len(users)


def _carry_defaults(old: FunctionType, new: FunctionType) -> int:
    places = tuple(zip(old.__defaults__ or (), new.__defaults__ or (), strict=True))
    before = old.__kwdefaults__ or {}
    named = {key: (before[key], value) for key, value in (new.__kwdefaults__ or {}).items()}
    changed = [_differs(*pair) for pair in (*places, *named.values())]
    if any(changed):
        old.__defaults__ = tuple(b if _differs(a, b) else a for a, b in places) or None
        old.__kwdefaults__ = {key: b if _differs(a, b) else a for key, (a, b) in named.items()}
    return sum(changed)


def _differs(old: Any, new: Any) -> bool:
    return _is_plain(old) and _is_plain(new) and not _same(old, new)


def _same(old: Any, new: Any) -> bool:
    return type(old) is type(new) and bool(old == new)


def _is_plain(value: Any) -> bool:
    if isinstance(value, dict):
        return all(map(_is_plain, (*value, *value.values())))
    if isinstance(value, list | tuple | set | frozenset):
        return all(map(_is_plain, value))
    return isinstance(value, _PLAIN)
