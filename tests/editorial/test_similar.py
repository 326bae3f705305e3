"""What a new piece would repeat."""

from editorial import similar


def test_words_are_the_telling_ones_in_order():
    assert similar.words("When the alarm wakes the wrong person in 2026: alarm notes") == [
        "alarm", "wakes", "wrong", "person", "2026", "notes",
    ]  # fmt: skip


def test_pieces_and_plans_with_shared_words_come_best_first(make_piece, make_entry, stage, topic):
    near = make_piece("Alarm fatigue on the night desk", primary_stage=stage)
    far = make_piece("A night at the quay")
    make_piece("Mean kinetic temperature")
    plan = make_entry("Alarm cards for the night desk", topics=[topic])
    found = similar.pieces("Why the night desk sleeps through an alarm", stage)
    assert [(match.found, match.points) for match in found] == [(near, 7), (far, 2)]
    assert [(match.found, match.points) for match in similar.entries("An alarm card", None, [topic])] == [(plan, 5)]
    assert similar.entries("An alarm card", exclude_id=plan.pk) == []


def test_a_title_without_telling_words_is_like_nothing(make_piece):
    make_piece("What is it")
    assert similar.pieces("What is it") == []
