"""The object is overwritten or deleted while its import runs."""

import pytest
from django.conf import settings

from common.aws.clients import s3_client
from ingestion.models import Import, State
from tests.faults.effects import late
from tests.faults.files import CsvFile
from tests.faults.stack import KEY, wait_until_empty

FILE = CsvFile(1500)
OTHER = CsvFile(500, day=1)


@pytest.fixture
def unversioned(stack):
    """A stack whose bucket keeps no old content."""
    s3_client().put_bucket_versioning(
        Bucket=settings.DATA_BUCKET, VersioningConfiguration={"Status": "Suspended"}
    )
    return stack


def test_a_version_that_was_overwritten_is_imported_to_its_end_like_the_new_one(stack):
    first, second = overwrite(stack)
    assert first.receipt.as_dict() == FILE.expected().receipt
    assert second.receipt.as_dict() == OTHER.expected().receipt
    assert (first.state, second.state) == (State.DONE, State.DONE)
    assert stack.records() == FILE.expected().contents + OTHER.expected().contents


def test_an_overwritten_object_without_versions_is_a_failure_and_the_new_one_is_imported(
    unversioned,
):
    first, second = overwrite(unversioned)
    assert (first.state, first.error_code) == (State.FAILED, "object_changed")
    assert "overwritten" in first.error_detail
    assert second.state == State.DONE
    assert second.receipt.as_dict() == OTHER.expected().receipt
    assert first.receipt.adds_up
    records = unversioned.records()
    assert OTHER.expected().contents <= records
    assert is_accounted(sum(records.values()) - second.written - second.kept, first)


def test_a_version_that_was_deleted_is_imported_to_its_end(stack):
    import_ = delete(stack)
    stack.assert_done(import_, FILE)


def test_a_deleted_object_is_a_failure_and_goes_on_when_it_is_put_there_again(unversioned):
    import_ = delete(unversioned)
    assert (import_.state, import_.error_code) == (State.FAILED, "object_gone")
    wait_until_empty(unversioned)
    import_.refresh_from_db()
    assert import_.receipt.adds_up
    assert import_.written > 0
    assert is_accounted(sum(unversioned.records().values()), import_)
    unversioned.upload(FILE)
    unversioned.assert_done(unversioned.wait_for(lambda import_: import_.state == State.DONE), FILE)


def is_accounted(records, import_):
    """Whether these are the records on the receipt, and of the parts that were being written when
    the object was gone, which the import's page names, at most their lines."""
    counted = import_.written + import_.kept
    begun = import_.chunks.filter(is_begun=True, is_done=False)
    return counted <= records <= counted + sum(chunk.lines for chunk in begun)


def overwrite(stack):
    """The imports of the first and of the second object, when both have ended."""
    stack.proxy.inject(late(0.3), "dynamodb")
    stack.upload(FILE)
    first = stack.wait_for_chunks(2)
    stack.upload(OTHER)
    stack.proxy.clear()
    stack.wait_for(lambda import_: import_ != first and not import_.is_running)
    wait_until_empty(stack)
    second, first = Import.objects.all()
    assert not first.is_running
    return first, second


def delete(stack):
    """The import of an object that is deleted meanwhile, when it has ended."""
    stack.proxy.inject(late(0.3), "dynamodb")
    stack.upload(FILE)
    stack.wait_for_chunks(2)
    s3_client().delete_object(Bucket=settings.DATA_BUCKET, Key=KEY)
    stack.proxy.clear()
    return stack.ended()
