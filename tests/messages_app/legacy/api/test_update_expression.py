"""Update expressions and the changes that they ask for, without any storage."""

from decimal import Decimal

import pytest

from messages_app.legacy.api.changes import changes_of
from messages_app.legacy.api.update_expression import MAX_LENGTH, UpdateExpression, parse
from messages_app.schema.builtin import MESSAGE
from messages_app.schema.validation import Invalid


def changes(expression, values=None, names=None):
    """The changes of a body with these members; None leaves one out."""
    body = {
        "UpdateExpression": expression,
        "ExpressionAttributeValues": values,
        "ExpressionAttributeNames": names,
    }
    return changes_of({name: value for name, value in body.items() if value is not None}, MESSAGE)


def refusal(*body):
    with pytest.raises(Invalid) as caught:
        changes(*body)
    return caught.value.detail


@pytest.mark.parametrize(
    "text",
    [
        "SET a = :x, #b = :y REMOVE c, #d",
        "set a=:x,#b=:y remove c,#d",
        "REMOVE c, #d Set a = :x, #b = :y",
        "  SET\n a\t= :x ,\r\n#b = :y REMOVE c , #d ",
    ],
)
def test_clauses_in_any_case_order_and_spacing_are_read(text):
    assert parse(text) == UpdateExpression([("a", ":x"), ("#b", ":y")], ["c", "#d"])


def test_names_that_are_words_of_the_language_are_names_where_names_stand():
    assert parse("SET set = :set, remove = :x REMOVE add").assignments == [
        ("set", ":set"),
        ("remove", ":x"),
    ]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is empty"),
        (" \n", "is empty"),
        ("SET", "has its end where the name of a field should be"),
        ("SET a = :x,", "has its end where the name"),
        ("SET , a = :x", "has “,” where the name"),
        ("SET 9a = :x", "has “9a” where the name"),
        ("SET : = :x", "has “:” where the name"),
        ("SET a", "has its end after a where ="),
        ("SET a :x", "has “:x” after a where ="),
        ("SET a == :x", "has “=” where the placeholder"),
        ("SET a = ", "has its end where the placeholder"),
        ("SET a = b", "has “b” where the placeholder"),
        ("SET a = 7", "has “7” where the placeholder"),
        ("SET a = #b", "has “#b” where the placeholder"),
        ("SET a = if_not_exists(a, :x)", "has “if_not_exists” where the placeholder"),
        ("SET a = list_append(a, :x)", "has “list_append” where the placeholder"),
        ("SET a = :x + :y", "computes a value"),
        ("SET a = :x - :y", "computes a value"),
        ("SET a.b = :x", "names a part of “a”"),
        ("SET a[1] = :x", "names a part of “a”"),
        ("REMOVE a[1]", "names a part of “a”"),
        ("SET a = :x SET b = :y", "has SET twice"),
        ("REMOVE a remove b", "has REMOVE twice"),
        ("ADD a :x", "has ADD"),
        ("delete a :x", "has DELETE"),
        ("SET a = :x b = :y", "has “b” where the word SET"),
        ("a = :x", "has “a” where the word SET"),
        ("SET ä = :x", "has “ä” where the name"),
    ],
)
def test_what_is_not_taken_is_refused_with_what_is(text, why):
    with pytest.raises(Invalid) as caught:
        parse(text)
    assert why in caught.value.detail
    assert "SET source = :new" in caught.value.detail


def test_an_expression_has_the_length_that_dynamodb_takes():
    longest = "SET a = :x".ljust(MAX_LENGTH)
    assert parse(longest).assignments == [("a", ":x")]
    with pytest.raises(Invalid, match="more than 4,096 characters"):
        parse(longest + " ")


def test_a_long_token_is_not_told_in_full():
    with pytest.raises(Invalid) as caught:
        parse("SET a = " + "b" * 4000)
    assert len(caught.value.detail) < 250


def test_fields_get_the_values_of_their_placeholders():
    values = {":x": "9.00", ":y": "wired", ":z": Decimal("0.1")}
    assert changes("SET remote_avg = :x, #s = :y, local_avg = :z", values, {"#s": "source"}) == {
        "remote_avg": Decimal(9),
        "source": "wired",
        "local_avg": Decimal("0.1"),
    }


def test_one_value_can_be_that_of_several_fields():
    values = {":x": "router-2"}
    assert changes("SET local_dest = :x, remote_dest = :x", values) == {
        "local_dest": "router-2",
        "remote_dest": "router-2",
    }


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ((None,), "must be a JSON object with the string UpdateExpression"),
        ((7,), "must be a JSON object with the string UpdateExpression"),
        (("SET source = :x", ["wired"]), "ExpressionAttributeValues must be a JSON object"),
        (("SET #s = :x", {":x": "a"}, "s"), "ExpressionAttributeNames must be a JSON object"),
        (("SET source = :x",), "ExpressionAttributeValues lacks :x"),
        (("SET #s = :x", {":x": "a"}), "ExpressionAttributeNames lacks #s"),
        (("SET source = :x", {":x": "a", ":y": "b"}), "has “:y”, which is not used"),
        (("SET source = :x", {":x": "a"}, {"#s": "source"}), "has “#s”, which is not used"),
        (("SET source = :x, source = :x", {":x": "a"}), "source is set twice"),
        (("SET source = :x, #s = :x", {":x": "a"}, {"#s": "source"}), "source is set twice"),
        (("SET colour = :x", {":x": "a"}), "“colour” is not a field"),
        (("SET #s = :x", {":x": "a"}, {"#s": ["source"]}), "“['source']” is not a field"),
        (("SET local_avg = :x", {":x": "many"}), "local_avg is not a number"),
        (("SET local_avg = :x", {":x": ""}), "local_avg must not be empty"),
        (("SET local_avg = :x", {":x": "1e39"}), "local_avg must be less than"),
        (("SET local_avg = :x", {":x": None}), "local_avg must be a number"),
        (("SET local_avg = :x", {":x": {"N": "9"}}), "local_avg must be a number"),
        (("SET source = :x", {":x": Decimal(7)}), "source must be a string"),
        (("SET source = :x", {":x": " "}), "source must not be empty"),
        (("SET #t = :x", {":x": "1"}, {"#t": "date"}), "date cannot change"),
        (("SET #t = :x", {":x": "1"}, {"#t": "time"}), "time cannot change"),
        (("SET #t = :x", {":x": "1"}, {"#t": "timestamp"}), "timestamp cannot change"),
        (("SET origin = :x", {":x": "1"}), "origin cannot change"),
        (("REMOVE source",), "source cannot be removed: every record has it"),
        (("REMOVE #s", None, {"#s": "source"}), "source cannot be removed"),
        (("REMOVE origin",), "origin cannot change"),
        (("REMOVE #t", None, {"#t": "time"}), "time cannot change"),
        (("REMOVE colour",), "“colour” is not a field"),
    ],
)
def test_what_is_wrong_is_told_in_a_sentence(body, sentence):
    assert sentence in refusal(*body)


@pytest.mark.parametrize("body", [None, [], "SET source = :x", Decimal(7), {}])
def test_a_body_that_is_no_object_with_an_expression_is_refused(body):
    with pytest.raises(Invalid, match="UpdateExpression"):
        changes_of(body, MESSAGE)
