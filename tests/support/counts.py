"""How a search tells what it has tried: lines of its output that begin with `counts: `.

The rest of such a line is a JSON object of whole numbers. Several lines of one run add up; who runs
a search for hours (tests/long) keeps the sums.
"""

import json

MARK = "counts: "


def tell(**counts):
    print(MARK + json.dumps(counts), flush=True)


def told(output):
    """The sums over all such lines."""
    out = {}
    for line in output.splitlines():
        if line.startswith(MARK):
            for name, count in json.loads(line.removeprefix(MARK)).items():
                out[name] = out.get(name, 0) + count
    return out
