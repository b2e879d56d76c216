"""Which objects are files to import, and where Sluice keeps its own."""

from ingestion.aws import object_keys
from ingestion.aws.object_keys import event_suffixes, is_importable, without_suffix


def test_files_of_known_endings_are_imported_unless_they_are_our_own():
    for key in (
        "a.csv",
        "x/A.CSV",
        "a.csv.gz",
        "a.Csv.Zst",
        "a.csv.bz2",
        "a.csv.zip",
        "a.xlsx",
        "a.ods",
    ):
        assert is_importable(key)
        assert not is_importable(f"_sluice/{key}")
        assert is_importable(f"x/_sluice/{key}")
    for key in ("a.txt", "a.gz", "acsv", "a.csv.rar", "a.xls", ""):
        assert not is_importable(key)


def test_a_name_is_told_without_the_longest_ending():
    for ending in (".csv", ".CSV.GZ", ".xlsx"):
        assert without_suffix(f"plant{ending}") == "plant"
    assert without_suffix("plant.txt") == "plant.txt"
    assert without_suffix("plant.csv.csv") == "plant.csv"


def test_endings_are_asked_for_in_all_their_spellings():
    suffixes = event_suffixes()
    assert len(suffixes) == len({*suffixes}) == 56
    assert {".csv", ".CSV", ".cSv", ".gz", ".Gz", ".bz2", ".BZ2", ".ods"} <= {*suffixes}


def test_what_is_kept_lies_in_the_order_of_its_numbers_and_is_never_imported():
    keys = [object_keys.staged_key("i", number) for number in (1, 9, 10, 12_345_678)]
    keys += [object_keys.aside_key("i", line, "r.zst") for line in (1, 9, 10, 10**14)]
    assert keys == sorted(keys[:4]) + sorted(keys[4:])
    assert keys[0] == "_sluice/staged/i/00000001.part"
    assert keys[4] == "_sluice/aside/imports/i/000000000000001-r.zst"
    assert keys[4].startswith(object_keys.aside_prefix("i"))
    keys += [object_keys.own_key("i", "x.csv"), object_keys.deletion_prefix("d") + "x.csv"]
    assert not any(map(is_importable, keys))
    assert max(map(len, keys)) < object_keys.LONGEST_KEY == 1024
