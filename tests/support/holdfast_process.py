"""Starts, watches and kills the real binary `holdfast`.

The binary is named by the environment variable HOLDFAST_BINARY. Every service listens on a free
port of the loopback address, keeps its ledger in a directory of its own, ends with the test that
started it, and is only ever signalled by its process id.
"""

import contextlib
import ctypes
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

# Seconds that are waited before silence counts as a failure. Long runs at idle priority have more.
PATIENCE = float(os.environ.get("HOLDFAST_PATIENCE", "60"))
START_LIMIT = PATIENCE
STOP_LIMIT = PATIENCE
_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None)


def binary():
    path = os.environ.get("HOLDFAST_BINARY")
    if not path:
        raise SystemExit("set HOLDFAST_BINARY to the built holdfast")
    return path


def clean_environment(**more):
    """The environment without settings of whoever runs the tests, but with a bug that is planted
    (tests/zoo)."""
    kept = {name: value for name, value in os.environ.items()
            if not name.startswith("HOLDFAST_") or name == "HOLDFAST_MUTANT"}
    return {**kept, **more}


def run(*arguments, environment=None, limit=2 * PATIENCE, **more):
    """Runs one command to its end; output as text."""
    return subprocess.run([binary(), *map(str, arguments)], capture_output=True, text=True,
                          env=clean_environment(**(environment or {})), timeout=limit,
                          stdin=subprocess.DEVNULL, check=False, **more)


def ledger_location(directory):
    """The value of --ledger; the kind may be chosen by HOLDFAST_LEDGER_KIND."""
    return f"{os.environ.get('HOLDFAST_LEDGER_KIND', 'rocksdb')}:{directory}"


def _die_with_parent():
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def accepts(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=START_LIMIT).close()
    except ConnectionRefusedError:
        return False
    except ConnectionResetError:
        pass
    return True


@contextlib.contextmanager
def temporary_directory():
    path = pathlib.Path(tempfile.mkdtemp(prefix="holdfast-test."))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


class DidNotStart(Exception):
    """The service ended, or said nothing in time; carries what it logged."""


class Service:
    """A running `holdfast serve`. Use it as a context manager, or call `kill` in the end."""

    def __init__(self, ledger, *options, port=0, listen=None, wait=True, environment=None,
                 before_start=None):
        """`environment`: more variables; `before_start` is called in the new process."""
        self.ledger = pathlib.Path(ledger)
        self.log = []
        self.url = ""
        self.grpc_address = ""  # with --grpc-listen
        self._listening = threading.Event()
        address = listen or f"127.0.0.1:{port}"
        self.process = subprocess.Popen(
            [binary(), "serve", "--listen", address, "--ledger", ledger_location(self.ledger),
             "--log-format", "json", *map(str, options)],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            env=clean_environment(**(environment or {})),
            preexec_fn=lambda: (_die_with_parent(), before_start and before_start()))
        self._reader = threading.Thread(target=self._read_log, daemon=True)
        self._reader.start()
        if wait:
            self.wait_until_listening()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()

    def _read_log(self):
        for raw in self.process.stderr:
            line = raw.decode("utf-8", "replace").rstrip("\n")
            self.log.append(line)
            if '"listening for gRPC"' in line:
                self.grpc_address = json.loads(line)["address"]
            if '"listening"' in line:
                self.url = json.loads(line)["url"]
                self._listening.set()
        self._listening.set()

    def wait_until_listening(self):
        self._listening.wait(START_LIMIT)
        if not self.url:
            self.kill()
            raise DidNotStart("\n".join(self.log) or "the service said nothing")
        return self.url

    @property
    def port(self):
        return int(self.url.rsplit(":", 1)[1])

    def kill(self):
        """SIGKILL, and the end of everything it logged."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait(STOP_LIMIT)
        self._finish_log()

    def _finish_log(self):
        self._reader.join(STOP_LIMIT)
        self.process.stderr.close()

    def ask_to_stop(self):
        self.process.send_signal(signal.SIGTERM)

    def ask_to_stop_and_wait_until_it_drains(self):
        """SIGTERM; returns once no new connection is accepted."""
        port = self.port
        self.ask_to_stop()
        wait_until(lambda: not accepts(port), "the service drains")

    def stop(self):
        """SIGTERM; returns the exit code."""
        if self.process.poll() is None:
            self.ask_to_stop()
        return self.wait()

    def wait(self):
        """For the end of a service that was asked to stop; returns the exit code."""
        code = self.process.wait(STOP_LIMIT)
        self._finish_log()
        return code


def expect_refused_start(ledger, *options, **more):
    """Starts a service that must not come up; returns its exit code and its log as one text."""
    service = Service(ledger, *options, wait=False, **more)
    try:
        code = service.process.wait(START_LIMIT)
    except subprocess.TimeoutExpired:
        code = None
    service.kill()
    return code, "\n".join(service.log)


def wait_until(condition, what, limit=30.0):
    """Polls for something that the outside cannot be told of."""
    end = time.monotonic() + limit
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"not within {limit} s: {what}")
        time.sleep(0.01)
