"""Questions of a file, and formats with what is answered."""

from ingestion.reading.formats.suggest.question import Choice, Question, merged


def test_a_question_in_json():
    choices = [Choice("One", {"missing": []}, "x is 1"), Choice("Two", {"missing": ["x"]})]
    assert Question("missing", "", "What?", choices, 1).as_json() == {
        "code": "missing",
        "field": "",
        "text": "What?",
        "choices": [
            {"text": "One", "value": {"missing": []}, "example": "x is 1"},
            {"text": "Two", "value": {"missing": ["x"]}, "example": ""},
        ],
        "chosen": 1,
    }
    assert Question("zone", "at", "Where?", choices).name == "zone.at"


def test_objects_are_merged_and_other_values_take_the_place():
    old = {"a": {"b": 1, "c": {"d": 2}}, "e": 3, "f": {"g": 4}}
    change = {"a": {"c": {"h": 5}}, "e": {"i": 6}, "f": None, "j": {"k": 7}}
    assert merged(old, change) == {
        "a": {"b": 1, "c": {"d": 2, "h": 5}},
        "e": {"i": 6},
        "f": None,
        "j": {"k": 7},
    }
    assert old["a"] == {"b": 1, "c": {"d": 2}}
