"""Sent mail and template screens: what is shown to whom, in how many queries, and that looking changes nothing."""

import pytest
from django.core import mail
from django.urls import reverse
from wagtail.models import ModelLogEntry

from nurture.mail import dispatch, fate, queue, render
from nurture.mail.models import Delivery, EmailTemplate
from tests.nurture.mail.conftest import MJML
from tracking import tokens

State = Delivery.State
QUERIES_OF_A_LIST = 12  # of which nine are the admin's own: session, user, groups, permissions, locale, sidebar
SCREENS = ("deliveries", "delivery", "delivery-frame", "template-preview", "template-frame")


@pytest.fixture
def as_marketer(client, marketer):
    client.force_login(marketer)
    return client


def url(name, delivery, template):
    pk = {"deliveries": [], "template": [template.pk]}.get(name.split("-")[0], [delivery.pk])
    return reverse(f"nurture:{name}", args=pk)


@pytest.mark.parametrize("name", SCREENS)
def test_screens_are_for_marketers_and_analysts(client, make_user, marketer, owner, stranger, delivery, template, name):
    address = url(name, delivery, template)
    answers = []
    for user in (marketer, make_user("analyst", "Analyst"), owner, stranger):
        client.force_login(user)
        answers.append(outcome(client.get(address)))
    client.logout()
    answers.append(outcome(client.get(address)))
    assert answers == [200, 200, "/admin/", "/admin/login/", "/admin/login/"]


def outcome(answer):
    """The status, or where Wagtail sends people who have not the right."""
    return answer.url.split("?")[0] if answer.status_code == 302 else answer.status_code


@pytest.mark.parametrize("name", ["retry-delivery", "give-up-delivery", "template-test"])
def test_verbs_are_for_marketers_and_by_post_only(client, make_user, marketer, owner, delivery, template, name):
    address = url(name, delivery, template)
    for user in (make_user("analyst", "Analyst"), owner):
        client.force_login(user)
        assert outcome(client.post(address)) == "/admin/"
    client.force_login(marketer)
    assert client.get(address).status_code == 405
    assert outcome(client.post(address)).startswith("/admin/nurture/mail/")


def test_missing_mail_is_not_found(as_marketer):
    assert as_marketer.get(reverse("nurture:delivery", args=[1])).status_code == 404


def test_list_costs_the_same_for_one_and_for_three(as_marketer, contact, template, asset, django_assert_num_queries):
    address = reverse("nurture:deliveries")
    as_marketer.get(address)
    for number in (1, 2):
        queue.enqueue(contact, template, occasion=f"rule:{number}", asset=asset)
        if number == 1:
            with django_assert_num_queries(QUERIES_OF_A_LIST):
                as_marketer.get(address)
    queue.enqueue(contact, template, occasion="rule:3", asset=asset)
    with django_assert_num_queries(QUERIES_OF_A_LIST):
        assert as_marketer.get(address).content.count(b"A rule") == 3


def test_list_pages_by_key(as_marketer, contact, template):
    for number in range(25):
        queue.enqueue(contact, template, occasion=f"rule:{number}")
    first = as_marketer.get(reverse("nurture:deliveries"))
    assert [d.occasion for d, _ in first.context["deliveries"]] == [f"rule:{n}" for n in range(24, 4, -1)]
    second = as_marketer.get(reverse("nurture:deliveries"), {"before": first.context["older"]})
    assert [d.occasion for d, _ in second.context["deliveries"]] == [f"rule:{n}" for n in range(4, -1, -1)]
    assert second.context["older"] is None


def test_list_is_narrowed_by_state_and_address(as_marketer, delivery, contact):
    def shown(**query):
        rows = as_marketer.get(reverse("nurture:deliveries"), query).context["deliveries"]
        return [row for row, _why in rows]

    assert shown(state="pending", to=contact.email.upper()) == [delivery]
    assert shown(state="sent") == []
    assert shown(to="nobody@x.example") == []
    assert as_marketer.get(reverse("nurture:deliveries"), {"state": "lost"}).status_code == 400
    assert as_marketer.get(reverse("nurture:deliveries"), {"before": "x"}).status_code == 400
    assert as_marketer.get(reverse("nurture:deliveries"), {"before": "9" * 5000}).status_code == 400


def test_empty_list_says_what_will_stand_there(as_marketer):
    assert b"Nothing has been mailed yet" in as_marketer.get(reverse("nurture:deliveries")).content


def test_frame_holds_the_mail_without_scripts_and_with_the_contacts_own_links(as_marketer, delivery, settings):
    answer = as_marketer.get(reverse("nurture:delivery-frame", args=[delivery.pk]))
    policy = answer["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; img-src 'self'")
    assert policy.endswith("sandbox allow-popups allow-popups-to-escape-sandbox")
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    html = answer.content.decode()
    assert '<head><base target="_blank">' in html
    token = html.split(f"{settings.BASE_URL}/t/c/")[1].split('"')[0]
    assert tokens.read("link", token)["r"] == delivery.ref.hex


def test_detail_shows_text_headers_and_tries(as_marketer, delivery, settings, tmp_path):
    settings.MAIL_TRANSPORT = f"maildir://{tmp_path / 'mail'}"
    dispatch.run_batch()
    page = as_marketer.get(reverse("nurture:delivery", args=[delivery.pk])).content.decode()
    assert "Hello Ada" in page
    assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in page
    assert "Handed over" in page
    assert "Try again" not in page


def test_mail_of_other_code_is_shown_as_text(as_marketer, settings):
    settings.EMAIL_BACKEND = "nurture.mail.backend.QueueBackend"
    mail.send_mail("Reset", "Open <this>", None, ["x@y.example"])
    sent = Delivery.objects.get()
    assert b"Open &lt;this&gt;" in as_marketer.get(reverse("nurture:delivery-frame", args=[sent.pk])).content


def test_retry_sends_what_was_given_up_and_is_audited(as_marketer, delivery, sink):
    fate_of(delivery, State.DEAD)
    as_marketer.post(reverse("nurture:retry-delivery", args=[delivery.pk]))
    dispatch.run_batch()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == (State.SENT, 1)
    assert logged(delivery) == ["nurture.delivery_retried"]
    as_marketer.post(reverse("nurture:retry-delivery", args=[delivery.pk]))
    assert dispatch.run_batch() == 0
    assert logged(delivery) == ["nurture.delivery_retried"]


def test_given_up_mail_is_never_sent(as_marketer, delivery, sink):
    fate_of(delivery, State.UNKNOWN)
    as_marketer.post(reverse("nurture:give-up-delivery", args=[delivery.pk]))
    delivery.refresh_from_db()
    assert delivery.state == State.CANCELLED
    assert dispatch.run_batch() == 0
    assert logged(delivery) == ["nurture.delivery_given_up"]


def test_retry_begins_a_new_count_of_tries(delivery):
    for _ in range(3):
        claimed = dispatch.claim(1)[0]
        fate.crashed(claimed)
    delivery.refresh_from_db()
    assert delivery.state == State.DEAD
    assert fate.retry(delivery)
    fate.crashed(dispatch.claim(1)[0])
    delivery.refresh_from_db()
    assert delivery.state == State.PENDING


def fate_of(delivery, state):
    Delivery.objects.filter(pk=delivery.pk).update(state=state)


def logged(delivery):
    from_log = ModelLogEntry.objects.filter(object_id=str(delivery.pk), content_type__model="delivery")
    return list(from_log.values_list("action", flat=True))


def test_preview_is_of_the_draft_as_the_contact_with_links_of_nobody(as_marketer, template, contact, asset, settings):
    template.mjml = MJML.replace("Hello", "Dear")
    template.save_revision()
    page = as_marketer.get(reverse("nurture:template-preview", args=[template.pk]), {"as": "ada@northwind.example"})
    assert "Dear Ada" in page.content.decode()
    html = as_marketer.get(page.context["frame_url"]).content.decode()
    assert "Dear Ada" in html
    token = html.split(f"{settings.BASE_URL}/t/c/")[1].split('"')[0]
    assert not Delivery.objects.filter(ref=tokens.read("link", token)["r"]).exists()
    unsubscribe = html.split(f"{settings.BASE_URL}/t/u/")[1].split('"')[0]
    assert tokens.read("unsubscribe", unsubscribe)["s"] == ""
    assert Delivery.objects.count() == 0


def test_preview_as_nobody_we_know_says_so(as_marketer, template):
    page = as_marketer.get(reverse("nurture:template-preview", args=[template.pk]), {"as": "x@y.example"})
    assert "No contact has the address x@y.example" in page.content.decode()
    assert "Hello Ada" in page.content.decode()  # the made-up reader


def test_test_goes_to_oneself_and_counts_for_nobody(as_marketer, marketer, template, contact, asset, sink):
    as_marketer.post(reverse("nurture:template-test", args=[template.pk]), {"as": contact.email})
    dispatch.run_batch()
    sent = Delivery.objects.get()
    assert (sent.address, sent.contact, sent.lane) == (marketer.email, None, "transactional")
    assert sent.subject == "[Test] What a ledger is for"
    assert sink.recipients == [marketer.email]
    assert b"Hello Ada" in sink.accepted[0]


def test_template_editor_refuses_a_mistake_with_its_place(as_marketer, template):
    edit = reverse(template.snippet_viewset.get_url_name("edit"), args=[template.pk])
    data = {"name": "n", "slug": "s", "subject": "{{ contact.firstname }}", "preheader": "", "mjml": "<mjml>\n<mj-tex>"}
    page = as_marketer.post(edit, data).content.decode()
    assert "Line 1, column 1: There is no value called “contact.firstname”. Did you mean contact.first_name?" in page
    assert "Line 2, column 1: There is no MJML element &lt;mj-tex&gt;." in page
    data |= {"subject": "Hi", "mjml": MJML, "action-publish": "action-publish"}
    as_marketer.post(edit, data)
    assert EmailTemplate.objects.get().subject == "Hi"


@pytest.mark.parametrize("name", SCREENS)
def test_looking_changes_nothing(as_marketer, delivery, template, name):
    before = Delivery.objects.values().get()
    as_marketer.get(url(name, delivery, template))
    assert Delivery.objects.values().get() == before
    assert render.message_id(delivery) == render.message_id(Delivery.objects.get())


def test_template_that_was_used_is_kept_and_one_that_was_not_is_deleted(as_marketer, delivery, template):
    unused = EmailTemplate.objects.create(name="Unused", slug="unused", subject="x", mjml=MJML)
    answers = [
        as_marketer.post(reverse(template.snippet_viewset.get_url_name("delete"), args=[one.pk]), follow=True)
        for one in (template, unused)
    ]
    assert list(EmailTemplate.objects.all()) == [template]
    assert "so it stays" in answers[0].content.decode()
