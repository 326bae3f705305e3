"""Events are given up by month, counted before; what comes late is refused; the sums hold."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from cms import clock
from tracking import accounts, inbox, pipeline, retention, rollups
from tracking.models import (
    AssetDay,
    ClosedMonth,
    Draft,
    DropCount,
    Event,
    EventKey,
    LastOpen,
    Session,
    StaleDay,
    Visitor,
)

pytestmark = [pytest.mark.db, pytest.mark.django_db(databases="__all__")]
MARCH = datetime(2026, 3, 10, 12, tzinfo=UTC)
PEOPLE = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def at(monkeypatch, settings):
    """at(moment): it is then. Events are kept for 100 days."""
    settings.TRACKING_KEEP_DAYS = 100

    def set_to(moment):
        monkeypatch.setattr(clock, "now", lambda: moment)

    set_to(MARCH)
    return set_to


def draft(uuid=None, happened=MARCH, visitor=1, asset=7):
    payload = {"asset": asset, "visitor": str(UUID(int=visitor))}
    values = {"occurred_at": happened, "received_at": clock.now(), "payload": payload, "facts": {"ua": PEOPLE}}
    return Draft(uuid=uuid or uuid4(), kind="page_viewed", source="script", **values)


def take(*drafts):
    inbox.submit(list(drafts))
    while pipeline.run_batch():
        pass
    while rollups.refresh(hurry=True):
        pass


def give_up(at, moment):
    """Close what is due at that moment, and drop it."""
    at(moment)
    while retention.run():
        pass
    at(moment + timedelta(minutes=11))
    while retention.run():
        pass


def test_a_month_is_counted_then_closed_then_dropped_and_its_figures_stay(at):
    take(draft(UUID(int=9)), draft(), draft(happened=MARCH - timedelta(days=20)))
    figures = list(AssetDay.objects.order_by("day").values_list("day", "views", "readers"))
    give_up(at, MARCH + timedelta(days=101))
    assert Event.objects.count() == 2, "of March, which is not yet over for so long"
    give_up(at, MARCH + timedelta(days=130))
    assert (Event.objects.count(), EventKey.objects.count()) == (0, 0)
    assert list(AssetDay.objects.order_by("day").values_list("day", "views", "readers")) == figures
    assert accounts.balance().holds
    assert [month.events for month in ClosedMonth.objects.order_by("month")] == [1, 2]
    assert (Visitor.objects.count(), Session.objects.count()) == (0, 0)


def test_a_late_duplicate_is_refused_although_its_key_is_gone(at):
    take(draft(UUID(int=9)))
    give_up(at, MARCH + timedelta(days=130))
    figures = rollups.figures([7])
    take(draft(UUID(int=9)))
    assert not Event.objects.exists()
    assert DropCount.objects.get().reason == "too_old"
    assert rollups.figures([7]) == figures == {7: {"views": 1, "readers": 1, "reads": 0, "downloads": 0}}
    assert accounts.balance().holds
    rollups.rebuild()
    while rollups.refresh(hurry=True):
        pass
    assert rollups.figures([7]) == figures


def test_history_that_arrived_lately_is_kept(at):
    take(draft(happened=MARCH - timedelta(days=3000)))
    give_up(at, MARCH + timedelta(days=50))
    assert Event.objects.count() == 1
    give_up(at, MARCH + timedelta(days=120))
    assert Event.objects.count() == 0


def test_a_day_that_is_to_be_counted_again_is_not_given_up(at):
    take(draft())
    at(MARCH + timedelta(days=130))
    assert retention.close() == 1
    rollups.mark_stale([(7, MARCH.date())])
    at(MARCH + timedelta(days=131))
    assert retention.drop() == 0
    assert rollups.refresh(hurry=True) == 1
    assert retention.drop() == 1
    rollups.mark_stale([(7, MARCH.date())])
    assert rollups.refresh(hurry=True) == 1
    assert AssetDay.objects.get().views == 1
    assert not StaleDay.objects.exists()


def test_a_browser_that_came_back_is_kept_with_its_new_visit_only(at):
    take(draft())
    at(MARCH + timedelta(days=125))
    take(draft(happened=clock.now()))
    give_up(at, MARCH + timedelta(days=130))
    assert Visitor.objects.count() == 1
    assert [visit.last_at.date() for visit in Session.objects.all()] == [date(2026, 7, 13)]


def test_nothing_is_given_up_where_the_operator_says_for_ever(at, settings):
    settings.TRACKING_KEEP_DAYS = 0
    take(draft())
    give_up(at, MARCH + timedelta(days=5000))
    assert (Event.objects.count(), ClosedMonth.objects.count()) == (1, 0)


def test_days_of_opening_go_with_the_events(at):
    for days in (131, 100):
        LastOpen.objects.create(link_ref=uuid4(), opened_on=(clock.now() - timedelta(days=days)).date())
    retention.forget()
    kept = retention.keep() // timedelta(days=1)
    left = [(clock.now().date() - one.opened_on).days for one in LastOpen.objects.all()]
    assert left == [days for days in (131, 100) if days <= kept]
    assert len(left) < 2


def test_old_drop_counts_become_months_and_their_sum_stays(at):
    hours = [MARCH - timedelta(days=days, hours=hour) for days in (100, 101, 10) for hour in (1, 2)]
    DropCount.objects.bulk_create([DropCount(reason="duplicate", hour=hour, count=3) for hour in hours])
    assert retention.run() > 0
    found = dict(DropCount.objects.values_list("hour", "count"))
    assert found[datetime(2025, 11, 1, tzinfo=UTC)] + found.get(datetime(2025, 12, 1, tzinfo=UTC), 0) == 12
    assert (len(found), sum(found.values())) == (3, 18)
    assert retention.run() == 0
