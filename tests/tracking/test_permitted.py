"""What was allowed at a past moment: the log alone says what was so then, whatever came in between and after."""

from itertools import product
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms import clock
from tests.fuzzing import EXAMPLES, examples
from tracking import consent, permitted, wordings
from tracking.consent import Reason, Scope
from tracking.permitted import Permitted

pytestmark = [pytest.mark.db, pytest.mark.django_db(databases="__all__")]
PURPOSES = (wordings.OPEN_TRACKING, wordings.CLICK_PROFILE, wordings.EMAIL)
who, where, yes = st.sampled_from([0, 1]), st.sampled_from([0, 1]), st.booleans()
deeds = st.one_of(
    st.tuples(st.just("suppress"), who, where, st.sampled_from(list(Reason)), yes),
    st.tuples(st.just("resume"), who, where),
    st.tuples(st.just("answer"), who, st.sampled_from(PURPOSES), yes),
    st.tuples(st.just("ask"), who),
)


def do(people, addresses, what, person, *told):
    subject = people[person]
    if what == "suppress":
        where, reason, is_known = told
        hmac = consent.address_hmac(addresses[where])
        consent.suppress(hmac, reason, source="one_click", subject=subject if is_known else None)
    elif what == "resume":
        consent.resume(addresses[told[0]], subject=subject, source="subscription", wording="", proof={})
    elif what == "answer":
        consent.answer(subject, *told, source="preference_page", wording="", proof={})
    else:
        consent.ask(subject, wordings.EMAIL, source="form", proof={})


def allowed_now(subject, hmac):
    """By what the product asks before it mails and counts."""
    stops = consent.suppressed([hmac]).get(hmac, set()) | consent.refused([subject]).get(subject, set())
    opens, clicks = (consent.answers([subject], purpose).get(subject) for purpose in PURPOSES[:2])
    return Permitted(not stops, Scope.GLOBAL not in stops, opens is True, clicks is not False)


@examples(max(EXAMPLES // 200, 1))
@given(st.lists(deeds, max_size=12))
def test_the_log_says_of_each_moment_what_was_so_then(history):
    people, addresses = [uuid4(), uuid4()], [f"{uuid4().hex}@one.example", f"{uuid4().hex}@two.example"]
    pairs = list(product(people, map(consent.address_hmac, addresses)))
    seen = []
    for deed in history:
        do(people, addresses, *deed)
        seen.append((clock.now(), [allowed_now(*pair) for pair in pairs]))
    for moment, allowed in seen:
        assert [permitted.at(*pair, moment) for pair in pairs] == allowed


def test_nothing_said_is_no_yes_to_being_watched():
    assert permitted.at(uuid4(), "x", clock.now()) == Permitted(marketing=True, other=True, opens=False, clicks=True)
