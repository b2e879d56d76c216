"""The producer that the README shows."""

import os
import re
import subprocess
import sys

import pytest

from ingestion.running.inbox.inbox_listener import InboxListener
from tests.ingestion.producer import by_time
from tests.support.processes import ROOT

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]


def test_the_producer_of_the_readme_sends_a_record(settings):
    text = (ROOT / "README.md").read_text()
    section = text.split("## Send a record through the queue")[1].split("\n## ")[0]
    (code,) = re.findall(r"<<'PYTHON'\n(.*?)PYTHON\n", section, re.DOTALL)
    assert len(code.splitlines()) == 5
    environment = {**os.environ, "AWS_DEFAULT_REGION": settings.AWS_REGION}
    subprocess.run([sys.executable, "-c", code], check=True, env=environment)
    InboxListener().listen_once()
    assert by_time("local_avg") == {"10:55:09": "4.39"}
