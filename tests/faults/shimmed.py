"""Starts the service under the shim (tests/faults/shim), and says what it stands for.

FAULTDISK_SHIM names the built shim; without it (a build with sanitizers) a test is skipped.
"""

import os
import sys

from holdfast_process import Service

LEDGER = "ledger"  # below the watched directory


def shim():
    path = os.environ.get("FAULTDISK_SHIM")
    if not path:
        print("FAULTDISK_SHIM names no shim: skipped", file=sys.stderr)
        sys.exit(77)
    return path


def serve(root, journal, *options, wait=True, **plan):
    """A service on root/ledger, its files watched. `plan`: as in shim/plan.hpp, such as
    fail="sync:3:5"."""
    environment = {"LD_PRELOAD": shim(), "FAULTDISK_ROOT": str(root),
                   "FAULTDISK_JOURNAL": str(journal)}
    environment.update({f"FAULTDISK_{name.upper()}": value for name, value in plan.items()})
    return Service(root / LEDGER, *options, wait=wait, environment=environment)
