"""Draws curves over the logarithm of the tokens seen as an SVG file."""

import math

COLOURS = ("#0072b2", "#d55e00", "#009e73")
PANEL, MARGIN, GAP, HEIGHT = 330, 46, 60, 250


def ticks(low, high, count=6):
    step = 10 ** math.floor(math.log10((high - low) / count))
    step = next(step * times for times in (1, 2, 5, 10) if (high - low) / (step * times) <= count)
    first = math.ceil(low / step - 1e-9)
    return [round(at * step, 10) for at in range(first, math.floor(high / step + 1e-9) + 1)]


def panel(left, title, lines, reach):
    """One set of axes; `lines` are (name, [(tokens, value)]), `reach` the range of tokens."""
    values = [value for _, points in lines for _, value in points]
    pad = 0.05 * (max(values) - min(values) or 1)
    low, high = min(values) - pad, max(values) + pad
    top, bottom = 34, HEIGHT - 62

    def x(tokens):
        return left + PANEL * math.log(tokens / reach[0]) / math.log(reach[1] / reach[0])

    def y(value):
        return bottom - (bottom - top) * (value - low) / (high - low)

    parts = [f'<text x="{left}" y="18" font-weight="bold">{title}</text>']
    for value in ticks(low, high):
        parts.append(f'<path d="M{left} {y(value):.1f}h{PANEL}" stroke="#ddd"/>')
        parts.append(f'<text x="{left - 6}" y="{y(value) + 4:.1f}" text-anchor="end">{value:g}</text>')
    for tokens, name in ((1e5, "100 k"), (1e6, "1 M"), (1e7, "10 M"), (1e8, "100 M")):
        if reach[0] <= tokens <= reach[1]:
            parts.append(f'<path d="M{x(tokens):.1f} {top}V{bottom + 4}" stroke="#ddd"/>')
            parts.append(f'<text x="{x(tokens):.1f}" y="{bottom + 18}" text-anchor="middle">{name}</text>')
    at = left
    for (name, points), colour in zip(lines, COLOURS):
        path = " ".join(f"{x(tokens):.1f},{y(value):.1f}" for tokens, value in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts.extend(f'<circle cx="{x(t):.1f}" cy="{y(v):.1f}" r="2.5" fill="{colour}"/>' for t, v in points)
        parts.append(f'<text x="{at}" y="{HEIGHT - 12}" fill="{colour}">{name}</text>')
        at += 12 + 6.6 * len(name)
    return "\n".join(parts)


def svg(panels):
    """A picture of panels (title, lines) side by side, as text."""
    tokens = [t for _, lines in panels for _, points in lines for t, _ in points]
    reach = (min(tokens), max(tokens))
    width = MARGIN + len(panels) * (PANEL + GAP)
    drawn = [panel(MARGIN + at * (PANEL + GAP), title, lines, reach) for at, (title, lines) in enumerate(panels)]
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {HEIGHT}" font-family="sans-serif" font-size="12">'
    return "\n".join([head, '<rect width="100%" height="100%" fill="white"/>', *drawn, "</svg>", ""])
