"""A table whose client answers as told."""

from common.deadline import Deadline
from messages_app.schema.builtin import MESSAGE
from messages_app.store.batch_requests import Table
from messages_app.store.partitions.partitioning import PLAIN
from tests.messages_app.store.unreliable import error

NAME = "records"
THROTTLED = error("ThrottlingException")


def table_of(client, partitioning=PLAIN, pace=None, deadline=None):
    return Table(client, NAME, MESSAGE, deadline or Deadline(10), pace, partitioning)


def read(*items, units=None):
    consumed = {} if units is None else {"ConsumedCapacity": units}
    return {"Responses": {NAME: list(items)}, **consumed}


def inserted(*codes):
    errors = [{"Error": {"Code": code, "Message": "told so"}} if code else {} for code in codes]
    return {"Responses": errors}
