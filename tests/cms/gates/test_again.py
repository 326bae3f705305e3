"""A new link in place of an expired one: to who reads the mailbox, and seldom to whose address others typed."""

import re

from cms.gates import submissions
from tests.cms.gates.test_files import downloads


def ask_again(reader, path):
    """Press the button of the page that an expired link leads to, six times: the answers."""
    page = reader.client.get(path)
    assert page.status_code == 410
    again = re.search(r'action="(/get/again/[^"]+)"', page.content.decode())[1]
    assert reader.client.get(again).status_code == 405
    return [reader.client.post(again).status_code for _n in range(6)]


def test_expired_mailed_link_offers_a_new_one_a_few_times(reader, later, mailoutbox):
    reader.fill()
    path = "/" + mailoutbox[0].body.split("http://")[1].split("\n")[0].partition("/")[2]
    later(days=15)
    assert ask_again(reader, path) == [200, 200, 200, 200, 429, 429]
    assert len(mailoutbox) == submissions.MOST_MAILS
    assert downloads() == []


def test_expired_link_of_the_page_mails_as_the_form_does_whosever_address_was_typed(reader, later, mailoutbox):
    answers = [reader.fill() for _n in range(5)]
    assert len(mailoutbox) == submissions.MAILS_A_DAY
    later(days=2)
    asked = [ask_again(reader, answer["Location"]) for answer in answers]
    assert asked == [[200, *[429] * 5]] * submissions.MAILS_A_DAY + [[429] * 6] * 2
    assert len(mailoutbox) == 2 * submissions.MAILS_A_DAY
    later(days=1)
    assert ask_again(reader, answers[4]["Location"])[0] == 200


def test_link_that_works_is_not_mailed_again(reader, mailoutbox):
    path = reader.fill()["Location"]
    again = reader.client.post(path.replace("/get/files/", "/get/again/"))
    assert (again.status_code, again["Location"]) == (303, path)
    assert len(mailoutbox) == 1
