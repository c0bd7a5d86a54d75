"""How long fdatasync takes here: without it no durable figure can be read.

A preallocated file, written in place from its start, one write and one fdatasync at a time.
"""

import os
import statistics
import time

SIZES = (512, 4_096, 16_384, 65_536, 262_144)
FILE_BYTES = 64 * 1024 * 1024


def fdatasync_us(directory, size, times=100):
    """Microseconds of each write with its fdatasync, one after another."""
    path = os.path.join(directory, "probe")
    block = os.urandom(size)
    took = []
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        os.posix_fallocate(handle, 0, FILE_BYTES)
        os.fsync(handle)
        for i in range(times):
            begin = time.perf_counter_ns()
            os.pwrite(handle, block, (i * size) % (FILE_BYTES - size))
            os.fdatasync(handle)
            took.append((time.perf_counter_ns() - begin) / 1000)
    finally:
        os.close(handle)
        os.unlink(path)
    return took


def probe(directory, times=100):
    out = {}
    for size in SIZES:
        took = sorted(fdatasync_us(directory, size, times))
        out[str(size)] = {"p50_us": statistics.median(took), "p99_us": took[int(len(took) * 0.99)]}
    return out
