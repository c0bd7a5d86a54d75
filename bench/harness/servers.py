"""Starts, kills and stops what is measured: PostgreSQL 15, Redis 7, Holdfast.

Each server has a fresh directory, listens on a unix socket or the loopback address only, and is
signalled by its process id only. Use them as context managers.
"""

import contextlib
import ctypes
import json
import os
import pathlib
import pwd
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
import time

START_LIMIT = 120.0
STOP_LIMIT = 60.0
PG_BIN = pathlib.Path("/usr/lib/postgresql/15/bin")
_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None)


class ServerProblem(Exception):
    """A server does not do what it should; carries what it said."""


@contextlib.contextmanager
def workspace(parent):
    """A fresh directory that every user may pass through: PostgreSQL runs as its own user."""
    pathlib.Path(parent).mkdir(parents=True, exist_ok=True)
    if not everybody_reaches(parent):
        parent = tempfile.gettempdir()
    path = pathlib.Path(tempfile.mkdtemp(prefix="holdfast-bench.", dir=parent))
    path.chmod(0o755)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def everybody_reaches(path):
    path = pathlib.Path(path).resolve()
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in (path, *path.parents))


def _die_with_parent():
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def wait_until(condition, what, limit=START_LIMIT):
    end = time.monotonic() + limit
    while not condition():
        if time.monotonic() > end:
            raise ServerProblem(f"not within {limit:.0f} s: {what}")
        time.sleep(0.02)


class Server:
    """A process with a directory. Subclasses say how it starts and when it is ready."""

    name = ""
    stop_signal = signal.SIGTERM

    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.log = self.directory.with_suffix(".log")
        self.process = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.directory, ignore_errors=True)

    @property
    def pid(self):
        return self.process.pid

    def start(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(  # ends with its `stop` or `kill`
                self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                preexec_fn=_die_with_parent)
        try:
            wait_until(self._ready_or_dead, f"{self.name} answers")
        except ServerProblem:
            self.kill()
            raise

    def _ready_or_dead(self):
        if self.process.poll() is not None:
            raise ServerProblem(f"{self.name} ended: {self.log.read_text()[-2000:]}")
        return self.ready()

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(self.stop_signal)
            try:
                self.process.wait(STOP_LIMIT)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(STOP_LIMIT)

    def kill(self):
        """SIGKILL for it and then for what it started: nothing gets a chance to tidy up."""
        children = self._children()
        self.process.kill()
        for child in children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        self.process.wait(STOP_LIMIT)

    def _children(self):
        path = f"/proc/{self.process.pid}/task/{self.process.pid}/children"
        with contextlib.suppress(OSError):
            with open(path, encoding="ascii") as children:
                return [int(word) for word in children.read().split()]
        return []


class Postgres(Server):
    name = "PostgreSQL"
    stop_signal = signal.SIGINT  # fast shutdown

    def __init__(self, directory, max_connections=300):
        super().__init__(directory)
        self.max_connections = max_connections
        self.user = "postgres" if os.geteuid() == 0 else None
        self.settings = {
            "listen_addresses": "",
            "unix_socket_directories": self.socket_directory,
            "max_connections": max_connections,
            "fsync": "on", "synchronous_commit": "on", "full_page_writes": "on",
            "shared_buffers": "1GB", "wal_buffers": "64MB", "max_wal_size": "8GB",
            "checkpoint_timeout": "15min", "jit": "off",
        }

    @property
    def socket_directory(self):
        return str(self.directory.parent)

    @property
    def address(self):
        return f"host={self.socket_directory} user=postgres dbname=postgres"

    def _as_user(self, command):
        if self.user is None:
            return command
        return ["setpriv", f"--reuid={self.user}", f"--regid={self.user}", "--init-groups",
                *command]

    def start(self):
        if not self.directory.exists():
            self._create()
        super().start()

    def _create(self):
        self.directory.mkdir()
        if self.user is not None:
            entry = pwd.getpwnam(self.user)
            os.chown(self.directory, entry.pw_uid, entry.pw_gid)
            os.chmod(self.directory.parent, 0o777)  # its sockets are made there
        run = subprocess.run(
            self._as_user([str(PG_BIN / "initdb"), "-D", str(self.directory), "-U", "postgres",
                           "--auth=trust", "--encoding=UTF8", "--locale=C"]),
            capture_output=True, text=True, check=False, cwd="/")
        if run.returncode != 0:
            raise ServerProblem(run.stderr)

    def command(self):
        options = []
        for name, value in self.settings.items():
            options += ["-c", f"{name}={value}"]
        return self._as_user([str(PG_BIN / "postgres"), "-D", str(self.directory), *options])

    def ready(self):
        return subprocess.run([str(PG_BIN / "pg_isready"), "-q", "-h", self.socket_directory],
                              check=False).returncode == 0

    def sql(self, text, file=None):
        """Rows of the last statement, as lists of texts."""
        command = [str(PG_BIN / "psql"), "-X", "-q", "-A", "-t", "-F", "\t",
                   "-v", "ON_ERROR_STOP=1", "-h", self.socket_directory, "-U", "postgres",
                   "-d", "postgres"]
        command += ["-f", str(file)] if file else ["-f", "-"]
        run = subprocess.run(command, input=text, capture_output=True, text=True, check=False,
                             env={**os.environ, "PGOPTIONS": "-c client_min_messages=warning"})
        if run.returncode != 0:
            raise ServerProblem(run.stderr)
        return [line.split("\t") for line in run.stdout.splitlines() if line]


class Redis(Server):
    name = "Redis"

    def __init__(self, directory, appendfsync):
        super().__init__(directory)
        self.appendfsync = appendfsync
        self.socket = str(self.directory.with_suffix(".sock"))

    def start(self):
        self.directory.mkdir(exist_ok=True)
        super().start()

    def command(self):
        return ["redis-server", "--port", "0", "--unixsocket", self.socket, "--dir",
                str(self.directory), "--appendonly", "yes", "--appendfsync", self.appendfsync,
                "--save", "", "--auto-aof-rewrite-percentage", "0", "--daemonize", "no"]

    def ready(self):
        run = subprocess.run(["redis-cli", "-s", self.socket, "ping"], capture_output=True,
                             text=True, check=False)
        return run.stdout.strip() == "PONG"

    def call(self, *words):
        """One command over the socket; its answer as int, str, list or None."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as raw:
            raw.connect(self.socket)
            raw.sendall(f"*{len(words)}\r\n".encode() + b"".join(
                b"$%d\r\n%s\r\n" % (len(data), data)
                for data in (str(word).encode() for word in words)))
            with raw.makefile("rb") as stream:
                return _read_reply(stream)


def _read_reply(stream):
    line = stream.readline()
    kind, rest = line[:1], line[1:-2]
    if kind == b":":
        return int(rest)
    if kind == b"$":
        return None if rest == b"-1" else stream.read(int(rest) + 2)[:-2].decode()
    if kind == b"*":
        return [_read_reply(stream) for _ in range(int(rest))]
    if kind == b"-":
        raise ServerProblem(rest.decode())
    return rest.decode()


class Holdfast(Server):
    name = "Holdfast"

    def __init__(self, directory, binary, options=()):
        super().__init__(directory)
        self.binary = str(binary)
        self.options = [str(option) for option in options]
        self.port = 0
        self._seen = 0

    def start(self):
        self._seen = self.log.stat().st_size if self.log.exists() else 0
        super().start()

    def command(self):
        return [self.binary, "serve", "--listen", f"127.0.0.1:{self.port}", "--ledger",
                f"rocksdb:{self.directory}", "--log-format", "json", *self.options]

    def ready(self):
        with open(self.log, encoding="utf-8") as log:
            log.seek(self._seen)
            for line in log:
                if '"listening"' in line and line.endswith("\n"):
                    self.port = int(json.loads(line)["url"].rsplit(":", 1)[1])
                    return True
        return False
