"""Ten thousand mutations of a file of what happened (LEDE_EXAMPLES): refused with a reason, or understood."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nurture.contacts import offline
from nurture.contacts.models import Contact
from tests.fuzzing import EACH, EXAMPLES, examples, mutations

pytestmark = [pytest.mark.db, pytest.mark.django_db]
FILE = """email;what;when;about;note;piece
ines@reader.example;meeting held;2026-03-31 14:30;"A ""talk""; long";note;/a/
ines@reader.example;call_made;2026-03-31;;;
"""


@pytest.fixture
def ines(db):
    return Contact.objects.create(email="ines@reader.example")


@examples(EXAMPLES // EACH)
@given(seed=st.integers(0, 2**64))
def test_mutated_file_is_refused_with_a_reason_or_understood(ines, seed):
    for changed in mutations(FILE, seed):
        try:
            sheet = offline.read(changed.encode("utf-8", "surrogatepass"))
            understood, report = offline.preview(sheet, offline.mapping(sheet.header))
        except offline.FileError:
            continue
        assert len(understood) + len(report.refused) == len(sheet.rows[:10])
        assert all(notice.why for notice in report.refused)
    list(offline.bring_in(offline.read(FILE.encode()), offline.mapping(FILE.partition("\n")[0].split(";"))))
