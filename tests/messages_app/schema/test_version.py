"""The order of the versions of an object."""

from hypothesis import given
from hypothesis import strategies as st

from messages_app.schema.record import Origin
from messages_app.schema.version import canonical_sequencer, version_from_text, version_of

sequencers = st.text("0123456789ABCDEFabcdef", max_size=20)
moments = st.integers(0, 2**33)
versions = st.builds(
    version_of,
    bucket=st.just("a-bucket"),
    key=st.sampled_from(["a.csv", "b.csv"]),
    modified=moments,
    sequencer=sequencers.map(canonical_sequencer),
)


def in_order(sequencer):
    """S3's own rule: as numbers, when the shorter one is filled up with zeros on its right."""
    return int(sequencer.ljust(20, "0"), 16)


def version(sequencer="", modified=0, key="a.csv"):
    return version_of("a-bucket", key, modified, canonical_sequencer(sequencer))


@given(sequencers, sequencers)
def test_sequencers_are_compared_as_s3_says(one, other):
    assert (canonical_sequencer(one) < canonical_sequencer(other)) == (
        in_order(one) < in_order(other)
    )
    assert (canonical_sequencer(one) == canonical_sequencer(other)) == (
        in_order(one) == in_order(other)
    )


@given(sequencers, sequencers, moments, moments)
def test_a_sequencer_says_more_than_a_time(one, other, first, second):
    if canonical_sequencer(one) and canonical_sequencer(other):
        is_older = version(one, first).is_older_than(version(other, second))
        assert is_older == (in_order(one) < in_order(other))


@given(moments, moments, sequencers)
def test_where_one_has_no_sequencer_the_times_decide(one, other, sequencer):
    is_older = 0 < one < other
    assert version("", one).is_older_than(version(sequencer, other)) == is_older
    assert version(sequencer, one).is_older_than(version("", other)) == is_older


@given(versions, versions)
def test_of_two_versions_one_at_most_is_the_older(one, other):
    assert not one.is_older_than(one)
    assert not (one.is_older_than(other) and other.is_older_than(one))


@given(sequencers, sequencers, moments, moments)
def test_different_objects_have_no_order(one, other, first, second):
    assert not version(one, first).is_older_than(version(other, second, key="b.csv"))


@given(st.lists(sequencers.filter(canonical_sequencer), min_size=3, max_size=3))
def test_the_order_of_sequencers_has_no_circles(three):
    a, b, c = map(version, three)
    if a.is_older_than(b) and b.is_older_than(c):
        assert a.is_older_than(c)


@given(versions)
def test_a_version_comes_back_from_its_text(one):
    assert version_from_text(one.as_text()) == one


def test_the_text_of_a_version_is_short():
    assert len(version("0055AED6DCD90281E5", 1559040909).as_text()) < 48


def test_origins_without_a_version_are_outdated_by_none():
    old, new = (Origin("one", 2, version=version(sequencer)) for sequencer in "12")
    assert old.is_outdated_by(new)
    assert not new.is_outdated_by(old)
    assert not old.is_outdated_by(None)
    assert not old.is_outdated_by(Origin("one", 2))
    assert not Origin("one", 2).is_outdated_by(new)
