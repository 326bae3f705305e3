"""Hostile text in every field of a gate's form, and on every screen that shows it: kept or refused, only ever text."""

import pytest
from django.core import mail
from django.urls import reverse

from cms.gates import submissions
from cms.models import GateSubmission
from nurture.contacts.models import Contact
from tests.test_hostile import check_is_text, from_elsewhere, segments, strings

__all__ = ["strings"]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.data,
    pytest.mark.django_db(databases="__all__"),
]


def test_answers_are_kept_and_shown_as_text(client, strings, reader, gate, marketer, monkeypatch):
    for limit, value in (("ALL_A_MINUTE", 10_000), ("FASTEST_SECONDS", -1)):
        monkeypatch.setattr(submissions, limit, value)
    statuses = set()
    for number, text in enumerate(strings):
        opened = reader.open(visitor=text, **from_elsewhere(number))
        said = {"email": f"r{number}@reader.example", "visitor": text, "link": text, text or "x": text}
        answer = reader.fill(opened, wait=0, company=text, role=text, extra=from_elsewhere(number), **said)
        statuses.add(answer.status_code)
        check_is_text(answer.content.decode(), [text])
    assert statuses <= {200, 303, 422}
    kept = GateSubmission.objects.count()
    assert kept > 400
    assert {len(message.recipients()) for message in mail.outbox} == {1}
    assert Contact.objects.count() == GateSubmission.objects.filter(state="taken").count()
    client.force_login(marketer)
    address, key, seen = reverse("gates:sent", args=[gate.pk]), None, 0
    while key or not seen:
        page = client.get(address, {"before": key} if key else {})
        check_is_text(page.content.decode(), strings)
        seen, key = seen + len(page.context["rows"]), page.context["next_key"]
    table = b"".join(client.post(reverse("gates:export", args=[gate.pk])).streaming_content).decode("utf-8-sig")
    assert table.count("@reader.example") >= seen


def test_addresses_and_tokens_are_refused(client, strings, reader):
    opened = reader.open()
    for number, text in enumerate(strings):
        email = text if "@" not in text else "no one"
        answer = reader.fill(opened, wait=0, email=email, extra=from_elsewhere(number))
        assert answer.status_code == 422
        check_is_text(answer.content.decode(), [text])
        form = {"token": text, "email": "a@reader.example"}
        forged = client.post(reverse("gate_send", args=[reader.piece.pk]), form, **from_elsewhere(number))
        assert forged.status_code == 422
    assert GateSubmission.objects.count() == 0
    for text in segments(strings):
        for path in ("get/files/{}/", "get/file/{}/x.pdf", "get/file/v1.a.b.c/{}"):
            assert client.get(f"/{path.format(text)}").status_code == 404
