"""Covers drawn by code: the same arguments, the same picture."""

import pytest

from cms.covers import MOTIFS, draw_cover

SMALL = (320, 180)


@pytest.mark.parametrize("motif", MOTIFS)
def test_the_same_seed_gives_the_same_picture(motif):
    assert draw_cover(motif, 7, SMALL).tobytes() == draw_cover(motif, 7, SMALL).tobytes()


@pytest.mark.parametrize("motif", MOTIFS)
def test_another_seed_gives_another_picture(motif):
    assert draw_cover(motif, 7, SMALL).tobytes() != draw_cover(motif, 8, SMALL).tobytes()


@pytest.mark.parametrize("motif", MOTIFS)
@pytest.mark.parametrize("size", [(1600, 900), (400, 400), (180, 320), (64, 36)])
def test_every_motif_draws_at_every_shape(motif, size):
    cover = draw_cover(motif, 3, size)
    assert cover.size == size
    assert cover.mode == "RGB"


@pytest.mark.parametrize("motif", MOTIFS)
@pytest.mark.parametrize("seed", range(12))
def test_a_cover_has_cold_and_one_warm_place(motif, seed):
    cover = draw_cover(motif, seed, SMALL)
    pixels = [cover.getpixel((x, y)) for x in range(0, 320, 2) for y in range(0, 180, 2)]
    warm = sum(red > 150 and red - blue > 90 for red, _, blue in pixels)
    cold = sum(blue - red > 20 for red, _, blue in pixels)
    assert 0 < warm < len(pixels) * 0.2
    assert cold > 0


def test_there_are_six_motifs():
    assert len(MOTIFS) == len(set(MOTIFS)) == 6


def test_an_unknown_motif_is_refused_and_the_known_ones_are_named():
    with pytest.raises(ValueError, match="Unknown cover motif") as refused:
        draw_cover("sunset", 1)
    assert "sunset" in str(refused.value)
    assert all(motif in str(refused.value) for motif in MOTIFS)
