"""Plots as plain SVG, readable on light and on dark pages."""

import math
from xml.sax.saxutils import escape

STYLE = """<style>
text { font: 13px system-ui, sans-serif; fill: #1f2328; }
.title { font-weight: 600; font-size: 15px; }
.small { font-size: 11px; fill: #59636e; }
.grid { stroke: #d1d9e0; stroke-width: 1; }
.c0 { fill: #0969da; stroke: #0969da; } .c1 { fill: #bc4c00; stroke: #bc4c00; }
.c2 { fill: #1a7f37; stroke: #1a7f37; } .c3 { fill: #8250df; stroke: #8250df; }
.bad { fill: #cf222e; stroke: #cf222e; }
.line { fill: none; stroke-width: 2; }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3; } .small { fill: #9198a1; } .grid { stroke: #3d444d; }
.c0 { fill: #58a6ff; stroke: #58a6ff; } .c1 { fill: #f0883e; stroke: #f0883e; }
.c2 { fill: #3fb950; stroke: #3fb950; } .c3 { fill: #bc8cff; stroke: #bc8cff; }
.bad { fill: #ff7b72; stroke: #ff7b72; }
}
</style>"""


def _document(width, height, title, parts):
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
            f'width="{width}" height="{height}" role="img" aria-label="{escape(title)}">\n'
            f"{STYLE}\n<text class=\"title\" x=\"10\" y=\"22\">{escape(title)}</text>\n"
            + "\n".join(parts) + "\n</svg>\n")


def _decades(low, high):
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    return [10.0 ** power for power in range(first, max(last, first + 1) + 1)]


class _LogScale:
    def __init__(self, values, begin, end):
        self.ticks = _decades(min(values), max(values))
        self.begin, self.end = begin, end
        self.low = math.log10(self.ticks[0])
        self.span = math.log10(self.ticks[-1]) - self.low

    def at(self, value):
        share = (math.log10(max(value, self.ticks[0])) - self.low) / self.span
        return self.begin + share * (self.end - self.begin)


def bars(title, rows, label, note=""):
    """Horizontal bars, logarithmic. rows: (name, value, css class); label: value to text."""
    left, right, top, step = 270, 720, 40, 24
    rows = [row for row in rows if row[1] and row[1] > 0]
    if not rows:
        return _document(800, 60, title, [])
    scale = _LogScale([value for _, value, _ in rows], left, right)
    bottom = top + step * len(rows)
    parts = []
    for tick in scale.ticks:
        x = scale.at(tick)
        parts.append(f'<line class="grid" x1="{x:.1f}" y1="{top}" x2="{x:.1f}" y2="{bottom}"/>')
        parts.append(f'<text class="small" x="{x:.1f}" y="{bottom + 16}" text-anchor="middle">'
                     f"{escape(label(tick))}</text>")
    for place, (name, value, css) in enumerate(rows):
        y = top + place * step
        end = scale.at(value)
        parts.append(f'<text x="{left - 8}" y="{y + 16}" text-anchor="end">{escape(name)}</text>')
        parts.append(f'<rect class="{css}" x="{left}" y="{y + 4}" '
                     f'width="{max(end - left, 1):.1f}" height="{step - 8}"/>')
        parts.append(f'<text class="small" x="{end + 6:.1f}" y="{y + 16}">'
                     f"{escape(label(value))}</text>")
    parts.append(f'<text class="small" x="10" y="{bottom + 36}">{escape(note)}</text>')
    return _document(800, bottom + 48, title, parts)


def lines(title, series, x_label, label, note=""):
    """Lines on two logarithmic axes. series: {name: [(x, y), ...]}."""
    left, right, top, bottom = 70, 620, 40, 300
    series = {name: [(x, y) for x, y in points if y > 0] for name, points in series.items()}
    series = {name: points for name, points in series.items() if points}
    if not series:
        return _document(800, 60, title, [])
    across = _LogScale([x for points in series.values() for x, _ in points], left, right)
    up = _LogScale([y for points in series.values() for _, y in points], bottom, top)
    parts = []
    for tick in up.ticks:
        y = up.at(tick)
        parts.append(f'<line class="grid" x1="{left}" y1="{y:.1f}" x2="{right}" y2="{y:.1f}"/>')
        parts.append(f'<text class="small" x="{left - 6}" y="{y + 4:.1f}" text-anchor="end">'
                     f"{escape(label(tick))}</text>")
    for tick in across.ticks:
        parts.append(f'<text class="small" x="{across.at(tick):.1f}" y="{bottom + 16}" '
                     f'text-anchor="middle">{tick:,.0f}</text>')
    labels = []
    for place, (name, points) in enumerate(series.items()):
        css = f"c{place % 4}"
        path = " ".join(f"{across.at(x):.1f},{up.at(y):.1f}" for x, y in sorted(points))
        parts.append(f'<polyline class="{css} line" style="fill:none" points="{path}"/>')
        x, y = sorted(points)[-1]
        parts += [f'<circle class="{css}" cx="{across.at(px):.1f}" cy="{up.at(py):.1f}" r="3"/>'
                  for px, py in points]
        labels.append((up.at(y) + 4, across.at(x) + 10, name))
    below = 0.0
    for y, x, name in sorted(labels):
        below = max(y, below + 16)  # none on top of another
        parts.append(f'<text x="{x:.1f}" y="{below:.1f}">{escape(name)}</text>')
    parts.append(f'<text class="small" x="{(left + right) / 2}" y="{bottom + 34}" '
                 f'text-anchor="middle">{escape(x_label)}</text>')
    parts.append(f'<text class="small" x="10" y="{bottom + 52}">{escape(note)}</text>')
    return _document(860, bottom + 64, title, parts)
