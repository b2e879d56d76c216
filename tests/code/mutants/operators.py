"""The kinds of small faults: cosmic-ray's, and a few that it does not have."""

import ast
from collections.abc import Iterator
from typing import Any

import parso
from cosmic_ray.operators import (
    binary_operator_replacement,
    boolean_replacer,
    break_continue,
    comparison_operator_replacement,
    unary_operator_replacement,
    zero_iteration_for_loop,
)
from cosmic_ray.operators.operator import Operator

Position = tuple[tuple[int, int], tuple[int, int]]
# One of each sort: others of the same place are noticed by the same tests.
_COMPARISONS = ("Eq_NotEq", "NotEq_Eq", "Lt_LtE", "LtE_Lt", "Gt_GtE", "GtE_Gt", "Is_IsNot")
_ARITHMETIC = ("Add_Sub", "Sub_Add", "Mul_FloorDiv", "Div_Mul", "FloorDiv_Mul", "Mod_FloorDiv")


class _Own(Operator):
    """Changes what ``parts`` names: (index among the children, text in its place)."""

    def parts(self, node: Any) -> list[tuple[int, str]]:
        raise NotImplementedError

    def mutation_positions(self, node: Any) -> Iterator[Position]:
        for index, _ in self.parts(node):
            child = node.children[index]
            yield child.start_pos, child.end_pos

    def mutate(self, node: Any, index: int) -> Any:
        child, text = self.parts(node)[index]
        prefix = node.children[child].get_first_leaf().prefix
        node.children[child] = parso.parse(prefix + text)
        return node

    @classmethod
    def examples(cls) -> tuple[()]:
        return ()


class GuardDropped(_Own):
    """``if x:`` never comes true."""

    def parts(self, node: Any) -> list[tuple[int, str]]:
        if node.type != "if_stmt":
            return []
        words = [str(getattr(child, "value", "")) for child in node.children]
        conditions = [at + 1 for at, word in enumerate(words) if word in {"if", "elif"}]
        return [(at, f"({_text(node.children[at])}) and 0") for at in conditions]


class ExceptDropped(_Own):
    """``except X`` takes nothing."""

    def parts(self, node: Any) -> list[tuple[int, str]]:
        return [(1, "()")] if node.type == "except_clause" else []


class ConditionTurned(_Own):
    """``x if y else z`` and ``while y`` with ``not y``."""

    def parts(self, node: Any) -> list[tuple[int, str]]:
        at = {"ternary": 2, "test": 2, "while_stmt": 1}.get(node.type)
        return [(at, f"not ({_text(node.children[at])})")] if at else []


class OffByOne(_Own):
    """A number is one more."""

    def parts(self, node: Any) -> list[tuple[int, str]]:
        numbers = enumerate(getattr(node, "children", ()))
        return [
            (at, str(ast.literal_eval(child.value) + 1))
            for at, child in numbers
            if child.type == "number"
        ]


class FilterDropped(_Own):
    """``for x in y if z`` takes all."""

    def parts(self, node: Any) -> list[tuple[int, str]]:
        return [(1, f"({_text(node.children[1])}) or 1")] if node.type == "comp_if" else []


class StatementDropped(_Own):
    """A call for its effect, ``x += y`` or ``del x`` does nothing; logs are not looked at."""

    def parts(self, node: Any) -> list[tuple[int, str]]:
        if node.type != "simple_stmt" or not _has_effect(node.children[0]):
            return []
        return [(0, "pass")]


class MembershipSwapped(_Own):
    """``in`` and ``not in``."""

    def parts(self, node: Any) -> list[tuple[int, str]]:
        if node.type != "comparison":
            return []
        other = {"in": "not in", "not in": "in"}
        words = [(at, _text(child)) for at, child in enumerate(node.children)]
        return [(at, other[word]) for at, word in words if at % 2 and word in other]


OPERATORS: tuple[Operator, ...] = (
    *[
        getattr(comparison_operator_replacement, f"ReplaceComparisonOperator_{name}")()
        for name in (*_COMPARISONS, "IsNot_Is")
    ],
    *[
        getattr(binary_operator_replacement, f"ReplaceBinaryOperator_{name}")()
        for name in _ARITHMETIC
    ],
    boolean_replacer.ReplaceAndWithOr(),
    boolean_replacer.ReplaceFalseWithTrue(),
    boolean_replacer.ReplaceOrWithAnd(),
    boolean_replacer.ReplaceTrueWithFalse(),
    break_continue.ReplaceBreakWithContinue(),
    break_continue.ReplaceContinueWithBreak(),
    unary_operator_replacement.ReplaceUnaryOperator_Delete_Not(),
    unary_operator_replacement.ReplaceUnaryOperator_Delete_USub(),
    zero_iteration_for_loop.ZeroIterationForLoop(),
    ConditionTurned(),
    ExceptDropped(),
    FilterDropped(),
    GuardDropped(),
    MembershipSwapped(),
    OffByOne(),
    StatementDropped(),
)


def _text(node: Any) -> str:
    code: str = node.get_code(include_prefix=False)
    return code


def _has_effect(node: Any) -> bool:
    if node.type == "del_stmt":
        return True
    if node.type == "expr_stmt":
        return str(getattr(node.children[1], "value", "")) in {"+=", "-=", "|=", "&="}
    is_call = node.type == "atom_expr" and _text(node.children[-1]).startswith("(")
    return is_call and not _text(node).startswith("log.")
