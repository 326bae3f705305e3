"""Abstract covers for pieces that come without a picture.

The same motif, seed and size always give the same image, so a cover can be
drawn again at any time and need not be kept.
"""

import math
import random
from collections.abc import Callable

from PIL import Image, ImageChops, ImageDraw, ImageFilter

Colour = tuple[int, int, int]
Point = tuple[float, float]

INK: Colour = (13, 27, 42)
DEEP: Colour = (22, 50, 79)
SEA: Colour = (44, 95, 138)
COLD: Colour = (116, 165, 199)
ICE: Colour = (200, 220, 232)
PAPER: Colour = (246, 242, 234)
SIGNAL: Colour = (228, 87, 46)

COLD_RAMP = (INK, DEEP, SEA, COLD, ICE)
GROUNDS = ((INK, PAPER), (PAPER, INK), (DEEP, PAPER), (ICE, INK))
OVERSAMPLE = 2


def _mix(a: Colour, b: Colour, share: float) -> Colour:
    return tuple(round(x + (y - x) * share) for x, y in zip(a, b, strict=True))


def _cold(share: float) -> Colour:
    """A colour of the cold ramp: 0 is ink, 1 is ice."""
    place = min(max(share, 0.0), 1.0) * (len(COLD_RAMP) - 1)
    index = min(int(place), len(COLD_RAMP) - 2)
    return _mix(COLD_RAMP[index], COLD_RAMP[index + 1], place - index)


def _swell(rng: random.Random, waves: int, lowest: float, highest: float) -> Callable[[float], float]:
    """A smooth curve over 0..1 with values within -1..1, made of a few sines."""
    parts = [(rng.uniform(lowest, highest), rng.uniform(0, math.tau), rng.uniform(0.4, 1)) for _ in range(waves)]
    total = sum(weight for _, _, weight in parts)
    return lambda x: sum(w * math.sin(math.tau * f * x + p) for f, p, w in parts) / total


def _dot(draw: ImageDraw.ImageDraw, at: Point, radius: float, fill: Colour) -> None:
    x, y = at
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=fill)


# --- contours: a landscape of cold with one warm summit ----------------------


def _height_field(rng: random.Random, across: int, down: int) -> Image.Image:
    wide = across / down
    hills = [
        (rng.uniform(-0.1, 1.1) * wide, rng.uniform(-0.1, 1.1), rng.uniform(0.12, 0.4), rng.uniform(-0.6, 0.8))
        for _ in range(12)
    ]
    hills.append((rng.uniform(0.2, 0.8) * wide, rng.uniform(0.25, 0.75), 0.16, 1.3))
    values = []
    for row in range(down):
        for column in range(across):
            x, y = column / down, row / down
            values.append(sum(h * math.exp(-((x - a) ** 2 + (y - b) ** 2) / (2 * r * r)) for a, b, r, h in hills))
    low, high = min(values), max(values)
    # Floats, because whole numbers would show as stairs once enlarged.
    field = Image.new("F", (across, down))
    field.putdata([4 + 248 * (v - low) / (high - low) for v in values])
    return field


def _land_colours(rng: random.Random, levels: int) -> tuple[list[Colour], Colour]:
    """The colour of each level, lowest first, and that of the lines between them."""
    steps = [level / (levels - 1) for level in range(levels)]
    way = rng.randrange(3)
    if way == 0:
        colours, line = [_cold(step * 0.8) for step in steps], ICE
    elif way == 1:
        colours, line = [_cold(1 - step * 0.85) for step in steps], PAPER
    else:
        colours, line = [_mix(PAPER, ICE, step) for step in steps], DEEP
    return [*colours[:-1], SIGNAL], line


def _draw_contours(image: Image.Image, rng: random.Random) -> None:
    small = _height_field(rng, max(8, 90 * image.width // image.height), 90)
    field = small.resize(image.size, Image.Resampling.BICUBIC)
    levels = rng.choice((13, 16, 19))
    bands = field.convert("L").point([v * levels // 256 for v in range(256)])
    colours, line = _land_colours(rng, levels)
    palette = [colours[min(level, levels - 1)] for level in range(256)]
    image.paste(Image.merge("RGB", [bands.point([colour[c] for colour in palette]) for c in range(3)]))
    edge = ImageChops.subtract(bands.filter(ImageFilter.MaxFilter(5)), bands)
    image.paste(line, mask=edge.point([0] + [150] * 255))


# --- strips: a day of temperature readings side by side ----------------------


def _draw_strips(image: Image.Image, rng: random.Random) -> None:
    width, height = image.size
    draw = ImageDraw.Draw(image)
    ground = rng.choice((INK, PAPER, PAPER))
    draw.rectangle((0, 0, width, height), fill=ground)
    count = rng.choice((48, 60, 72))
    tone, reach = _swell(rng, 4, 0.4, 3.5), _swell(rng, 4, 0.4, 3)
    warm = rng.randrange(count // 5, count * 4 // 5)
    pitch = width / count
    for index in range(count):
        x = index / count
        colour = _cold(0.5 + 0.5 * tone(x) + rng.uniform(-0.09, 0.09))
        bottom = height * (0.62 + 0.26 * reach(x) + rng.uniform(-0.025, 0.025))
        if index == warm:
            colour, bottom = SIGNAL, min(bottom + height * 0.14, height * 0.95)
        elif abs(index - warm) <= 2:
            colour = _mix(colour, SIGNAL, 0.5 if abs(index - warm) == 1 else 0.2)
        gap = pitch * 0.05
        draw.rectangle((index * pitch + gap, 0, (index + 1) * pitch - gap, bottom), fill=colour)


# --- routes: arcs between stops on one line, one of them the warm lane -------


def _half_circle(draw: ImageDraw.ImageDraw, base: float, span: Point, line: tuple[Colour, int]) -> None:
    left, right = span
    radius = (right - left) / 2
    colour, weight = line
    draw.arc((left, base - radius, right, base + radius), 180, 360, fill=colour, width=weight)


def _draw_arcs(draw: ImageDraw.ImageDraw, rng: random.Random, pairs: list[Point], base: float, ground: Colour) -> None:
    hair = max(1, round(base * 0.005))
    dark = sum(ground) < 400
    far, strong = _mix(ground, COLD, 0.16 if dark else 0.34), ICE if dark else SEA
    for left, right in sorted(pairs, key=lambda pair: pair[0] - pair[1])[:7]:
        radius = (right - left) / 2
        box = (left, base - radius, right, base + radius)
        draw.pieslice(box, 180, 360, fill=_mix(ground, far, rng.uniform(0.4, 1)))
    for pair in pairs:
        colour = _mix(ground, strong, rng.uniform(0.35, 0.95))
        _half_circle(draw, base, pair, (colour, rng.choice((hair, hair, hair, hair * 2, hair * 3))))


def _draw_routes(image: Image.Image, rng: random.Random) -> None:
    width, height = image.size
    draw = ImageDraw.Draw(image)
    ground, line = rng.choice(GROUNDS)
    draw.rectangle((0, 0, width, height), fill=ground)
    base = height * rng.uniform(0.80, 0.86)
    stops = [width * (-0.1 + 1.2 * (i + rng.uniform(0.15, 0.85)) / 19) for i in range(19)]
    pairs = [(a, b) for i, a in enumerate(stops) for b in stops[i + 1 :] if b - a < 1.75 * base]
    chosen = rng.sample(pairs, min(len(pairs), 44))
    _draw_arcs(draw, rng, chosen, base, ground)
    fits = [(a, b) for a, b in chosen if 0.7 < (b - a) / base < 1.5 and a > width * 0.05 and b < width * 0.95]
    warm = rng.choice(fits or chosen)
    hair = max(1, round(height * 0.004))
    _half_circle(draw, base, warm, (SIGNAL, hair * 5))
    draw.line((0, base, width, base), fill=line, width=hair)
    for stop in stops:
        _dot(draw, (stop, base), height * rng.choice((0.006, 0.009, 0.013)), line)
    for stop in warm:
        _dot(draw, (stop, base), height * 0.024, SIGNAL)
        _dot(draw, (stop, base), height * 0.010, ground)


# --- crystals: shards of ice growing from below, one catching the light ------


def _shard(draw: ImageDraw.ImageDraw, foot: Point, reach: Point, colours: tuple[Colour, Colour, Colour]) -> None:
    """One crystal as three facets along its axis: shaded side, lit side, tip."""
    length, girth = math.hypot(*reach), 0.13 * math.hypot(*reach)
    ux, uy = reach[0] / length, reach[1] / length

    def at(along: float, aside: float) -> Point:
        return (foot[0] + ux * along * length - uy * aside * girth, foot[1] + uy * along * length + ux * aside * girth)

    shade, light, glint = colours
    draw.polygon([at(0, -0.7), at(0.72, -1), at(1, -0.1), at(0.66, 0.25), at(0, 0.2)], fill=shade)
    draw.polygon([at(0, 0.2), at(0.66, 0.25), at(0.78, 1), at(0, 0.75)], fill=light)
    draw.polygon([at(0.66, 0.25), at(1, -0.1), at(0.78, 1)], fill=glint)


def _draw_crystals(image: Image.Image, rng: random.Random) -> None:
    width, height = image.size
    draw = ImageDraw.Draw(image)
    ground, _ = rng.choice(GROUNDS)
    draw.rectangle((0, 0, width, height), fill=ground)
    heart = (width * rng.uniform(0.3, 0.7), height * 1.06)
    count = 30
    warm = rng.randrange(count * 2 // 3, count - 4)
    for index in range(count):
        depth = index / (count - 1)
        angle = math.radians(-90 + rng.triangular(-74, 74, 0))
        length = height * rng.uniform(0.72, 1.08) * (1.12 - 0.62 * depth)
        foot = (heart[0] + rng.uniform(-0.30, 0.30) * height * (1 - depth * 0.3), heart[1])
        # Far shards fade into the ground, near ones stand out from it.
        tone = (0.2 + 0.65 * depth if sum(ground) < 400 else 0.92 - 0.68 * depth) + rng.uniform(-0.14, 0.14)
        faces = (_cold(tone - 0.14), _cold(tone + 0.08), _cold(tone + 0.26))
        if index == warm:
            faces = (_mix(SIGNAL, INK, 0.3), SIGNAL, _mix(SIGNAL, PAPER, 0.45))
            length = height * 0.82
        else:
            faces = tuple(_mix(ground, face, 0.5 + 0.5 * depth) for face in faces)
        _shard(draw, foot, (length * math.cos(angle), length * math.sin(angle)), faces)


# --- crates: stacks seen from above, one box getting warm --------------------


def _crate(draw: ImageDraw.ImageDraw, top: Point, half: float, tall: float, colours: tuple[Colour, ...]) -> None:
    x, y = top
    rise = half * 0.5
    roof, left, right = colours
    draw.polygon([(x - half, y), (x, y + rise), (x, y + rise + tall), (x - half, y + tall)], fill=left)
    draw.polygon([(x + half, y), (x, y + rise), (x, y + rise + tall), (x + half, y + tall)], fill=right)
    draw.polygon([(x - half, y), (x, y - rise), (x + half, y), (x, y + rise)], fill=roof)


def _draw_crates(image: Image.Image, rng: random.Random) -> None:
    width, height = image.size
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, width, height), fill=INK)
    half = height / rng.choice((9, 11, 14))
    across, down = int(width / half / 2) + 3, int(height / half * 2) + 14
    hills, slopes = _swell(rng, 3, 0.5, 2.4), _swell(rng, 3, 0.5, 2.4)
    deepest = rng.uniform(0.08, 0.3)
    warm = (int(down * rng.uniform(0.42, 0.58)), int(across * rng.uniform(0.25, 0.75)))
    for row in range(down):
        for column in range(across):
            x = (column - 1 + (row % 2) / 2) * half * 2
            level = hills(column / across) + slopes(row / down) + rng.uniform(-0.35, 0.35)
            stacked = max(1, min(7, round(3.2 + 3 * level)))
            stacked = max(stacked, 4) if (row, column) == warm else stacked
            tall = half * 0.5 * stacked
            tone = deepest + 0.1 * stacked + rng.uniform(-0.06, 0.06)
            top = (x, row * half / 2 - tall)
            _crate(draw, top, half * 0.95, tall, (_cold(tone + 0.22), _cold(tone - 0.02), _cold(tone - 0.16)))
            if (row, column) == warm:
                signal = (_mix(SIGNAL, PAPER, 0.28), SIGNAL, _mix(SIGNAL, INK, 0.32))
                _crate(draw, (x, top[1] - half), half * 0.95, half, signal)


# --- waves: recorder lines laid one behind the other -------------------------


def _ridge(rng: random.Random, centre: float) -> Callable[[float], float]:
    peaks = [(centre + rng.gauss(0, 0.13), rng.uniform(0.02, 0.06), rng.uniform(0.2, 1)) for _ in range(6)]
    ripple = _swell(rng, 4, 4, 17)

    def height_at(x: float) -> float:
        swell = sum(h * math.exp(-((x - at) ** 2) / (2 * wide * wide)) for at, wide, h in peaks)
        return swell * (1 + 0.25 * ripple(x)) + 0.04 * ripple(x)

    return height_at


def _draw_waves(image: Image.Image, rng: random.Random) -> None:
    width, height = image.size
    draw = ImageDraw.Draw(image)
    ground, line = rng.choice(GROUNDS)
    draw.rectangle((0, 0, width, height), fill=ground)
    lines, centre = 34, rng.uniform(0.35, 0.65)
    warm = rng.randrange(16, 26)
    hair = max(1, round(height * 0.0036))
    for index in range(lines):
        ridge = _ridge(rng, centre)
        base = height * (0.24 + 0.68 * index / (lines - 1))
        places = [width * i / 320 for i in range(321)]
        # The warm line rises above the ones laid in front of it.
        rise = height * (0.15 if index == warm else 0.085)
        points = [(x, base - rise * ridge(x / width)) for x in places]
        draw.polygon([*points, (width, height), (0, height)], fill=ground)
        colour = _mix(line, COLD, 0.25 + 0.5 * abs(index / lines - 0.5))
        colour, weight = (SIGNAL, hair * 3) if index == warm else (colour, hair)
        draw.line(points, fill=colour, width=weight, joint="curve")


_PAINTERS: dict[str, Callable[[Image.Image, random.Random], None]] = {
    "contours": _draw_contours,
    "strips": _draw_strips,
    "routes": _draw_routes,
    "crystals": _draw_crystals,
    "crates": _draw_crates,
    "waves": _draw_waves,
}

MOTIFS = tuple(_PAINTERS)


def draw_cover(motif: str, seed: int, size: tuple[int, int] = (1600, 900)) -> Image.Image:
    """Draw the cover of one motif; the same arguments always give the same image."""
    if motif not in _PAINTERS:
        raise ValueError(f"Unknown cover motif {motif!r}; known are: {', '.join(MOTIFS)}.")
    canvas = Image.new("RGB", (size[0] * OVERSAMPLE, size[1] * OVERSAMPLE), PAPER)
    rng = random.Random(f"{motif}:{seed}")  # noqa: S311 -- it draws pictures and guards nothing
    _PAINTERS[motif](canvas, rng)
    return canvas.reduce(OVERSAMPLE)
