"""Two of every process that decides or sends, at the same work: the outcome of one."""

import pytest

from tests.conftest import ON_SQLITE
from tests.faults import replayed

pytestmark = [pytest.mark.faults, pytest.mark.data, pytest.mark.slow]
DOUBLED = {"worker", "dispatcher", "beat"}


def test_two_of_each_come_to_the_same_end(data, tmp_path, furnished, units, redis, mail_server):
    path = replayed.history(data, tmp_path, replayed.SHORT)
    expected = replayed.undisturbed(path, furnished)
    installation = furnished(mail_server, **({} if ON_SQLITE else {"REDIS_URL": redis.url, "WEB_PROCESSES": "1"}))
    _, url = units(installation, None if ON_SQLITE else redis, twice=DOUBLED)
    replay = replayed.prepared(path)
    assert replay.send(url, lambda number: None) == replay.total
    replayed.settle(installation)
    replayed.check(replay, mail_server, expected, kills=0)
