"""What a disk would hold if its power were cut: a model fed by the shim's journal.

Of every file the model knows what is durable, what is pending (written, not yet synced), and what
the running process sees. A sync makes pending writes durable; a failed one loses them, although
the process goes on seeing them, as Linux does: their pages count as clean. Names are content of
their directory and become durable when it is synced, in their order. A power cut keeps any part of
what is pending: none, all, a beginning with a torn end, or any sectors.

    disk = Disk(directory)             before the service starts: everything there is durable
    disk.replay(journal, dice)         what has happened since
    disk.cut(dice).write_to(elsewhere)
"""

import fnmatch
import os
import pathlib
import struct

SECTOR = 512
PAGE = 4096
_HEADER = struct.Struct("<IBBHHiIqq")
(START, OPEN, CLOSE, WRITE, TRUNCATE, EXTEND, PUNCH, SYNC_BEGIN, SYNC_END, RENAME, UNLINK, MKDIR,
 RMDIR, LINK, FAULT, UNSEEN) = range(1, 17)


class Unseen(AssertionError):
    """The files are not what the journal says: something was written past the shim."""


def is_of_interest(name):
    """RocksDB's own log of words is written through stdio, past the shim, and never read."""
    return name != "LOG" and not name.startswith("LOG.old")


class Record:
    __slots__ = ("data", "descriptor", "error", "kind", "length", "offset", "other", "path",
                 "thread")

    def __init__(self, raw, at, size, fields):
        (_, self.kind, self.error, path, other, self.descriptor, self.thread, self.offset,
         self.length) = fields
        at_path = at + _HEADER.size
        self.path = raw[at_path:at_path + path].decode()
        self.other = raw[at_path + path:at_path + path + other].decode()
        self.data = raw[at_path + path + other:at + size]


def read_journal(path):
    """All whole records, in order; the last may have been cut off by a kill."""
    raw = pathlib.Path(path).read_bytes()
    at = 0
    while at + _HEADER.size <= len(raw):
        fields = _HEADER.unpack_from(raw, at)
        if at + fields[0] > len(raw):
            return
        yield Record(raw, at, fields[0], fields)
        at += fields[0]


def _apply(content, change):
    """Changes a bytearray by one (kind, offset, data or length)."""
    kind, offset, data = change
    if kind == WRITE:
        if len(content) < offset:
            content.extend(bytes(offset - len(content)))
        content[offset:offset + len(data)] = data
    elif kind == PUNCH:
        end = min(offset + data, len(content))
        content[offset:end] = bytes(max(0, end - offset))
    elif len(content) < offset:
        content.extend(bytes(offset - len(content)))
    elif kind == TRUNCATE:
        del content[offset:]


def _pieces(change, size):
    """A write as writes that stay within a sector or page; other changes as they are."""
    kind, offset, data = change
    if kind != WRITE:
        yield change
        return
    at = 0
    while at < len(data):
        end = min(len(data), (offset + at) // size * size + size - offset)
        yield kind, offset + at, data[at:end]
        at = end


def _hollow(change, dice):
    """The beginning and the end of a write are there, not all between."""
    pieces = list(_pieces(change, SECTOR))
    return [piece for n, piece in enumerate(pieces)
            if n in (0, len(pieces) - 1) or dice.random() < 0.5]


class _Pending:
    """Changes that are not on the disk, counted from the first ever, so that of two syncs at once
    each makes durable what was there when it began."""

    def __init__(self):
        self.pending = []
        self._gone = 0

    def mark(self):
        return self._gone + len(self.pending)

    def take(self, mark):
        count = max(0, mark - self._gone)
        taken = self.pending[:count]
        del self.pending[:count]
        self._gone += len(taken)
        return taken


class File(_Pending):
    def __init__(self, content=b""):
        super().__init__()
        self.durable = bytearray(content)
        self.live = bytearray(content)
        self.lost_pages = set()  # clean in memory, never on the disk

    def change(self, change):
        _apply(self.live, change)
        if change[0] == WRITE:
            change = self._with_lost_neighbours(change)
        self.pending.append(change)

    def _with_lost_neighbours(self, change):
        """Who writes to a page makes all of it dirty: also what a failed sync had lost."""
        _, offset, data = change
        end = offset + len(data)
        touched = range(offset // PAGE, (end + PAGE - 1) // PAGE)
        again = self.lost_pages.intersection(touched)
        if not again:
            return change
        self.lost_pages -= again
        offset = min(offset, min(again) * PAGE)
        end = max(end, min(max(again) * PAGE + PAGE, len(self.live)))
        return WRITE, offset, bytes(self.live[offset:end])

    def sync(self, mark):
        for change in self.take(mark):
            _apply(self.durable, change)

    def fail_sync(self, mark, dice):
        """Some pages may have reached the disk before the error."""
        share = dice.choice((0, 0, 0.5, 1))
        for change in self.take(mark):
            for piece in _pieces(change, PAGE):
                if piece[0] != WRITE or dice.random() < share:
                    _apply(self.durable, piece)
                else:
                    self.lost_pages.add(piece[1] // PAGE)

    def after_cut(self, dice):
        content = bytearray(self.durable)
        style = dice.choice(("none", "all", "torn", "scattered", "hollow"))
        changes = self.pending if style != "none" else []
        if style == "torn":
            changes = self._torn(dice)
        elif style == "scattered":
            share = dice.random()
            changes = [piece for change in changes for piece in _pieces(change, SECTOR)
                       if dice.random() < share]
        elif style == "hollow":
            changes = [piece for change in changes for piece in _hollow(change, dice)]
        for change in changes:
            _apply(content, change)
        return bytes(content)

    def _torn(self, dice):
        count = dice.randint(0, len(self.pending))
        kept = self.pending[:count]
        if kept and kept[-1][0] == WRITE:
            kind, offset, data = kept[-1]
            kept[-1] = kind, offset, data[:dice.randint(0, len(data))]
        return kept


class Folder(_Pending):
    def __init__(self):
        super().__init__()
        self.durable = {}
        self.live = {}

    def change(self, changes):
        """{name: what it names, or None}: happens wholly or not at all."""
        _rename(self.live, changes)
        self.pending.append(changes)

    def sync(self, mark):
        for changes in self.take(mark):
            _rename(self.durable, changes)

    def fail_sync(self, mark, dice):
        """A journal that could not be written keeps what it has; later syncs try again."""

    def after_cut(self, dice):
        names = dict(self.durable)
        count = dice.choice((0, len(self.pending), dice.randint(0, len(self.pending))))
        for changes in self.pending[:count]:
            _rename(names, changes)
        return Image({name: what.after_cut(dice) for name, what in names.items()})


def _rename(names, changes):
    for name, what in changes.items():
        if what is None:
            names.pop(name, None)
        else:
            names[name] = what


class Image:
    """Names with bytes or further images."""

    def __init__(self, names):
        self.names = names

    def write_to(self, directory):
        directory = pathlib.Path(directory)
        directory.mkdir(parents=True, exist_ok=True)
        for name, what in self.names.items():
            if isinstance(what, Image):
                what.write_to(directory / name)
            else:
                (directory / name).write_bytes(what)


def _load(directory):
    folder = Folder()
    for entry in os.scandir(directory):
        if entry.is_dir():
            folder.live[entry.name] = _load(entry.path)
        elif is_of_interest(entry.name):
            folder.live[entry.name] = File(pathlib.Path(entry.path).read_bytes())
    folder.durable = dict(folder.live)
    return folder


class Disk:
    def __init__(self, directory, lies_about=()):
        """`lies_about`: patterns of paths whose syncs are ignored, to see that it is noticed."""
        self.root = _load(directory)
        self._lies_about = lies_about
        self._open = {}  # descriptor -> File or Folder
        self._syncing = {}  # thread -> (File or Folder, mark, whether it counts)

    # -- names ---------------------------------------------------------------------------------
    def _find(self, path):
        at = self.root
        for part in pathlib.PurePath(os.path.normpath(path)).parts:
            at = at.live.get(part) if isinstance(at, Folder) else None
        return at

    def _parent(self, path):
        path = os.path.normpath(path)
        parent = self._find(os.path.dirname(path) or ".")
        if parent is None:
            raise Unseen(f"the directory of {path} was made past the shim")
        return parent, os.path.basename(path)

    def _name(self, path, what):
        parent, name = self._parent(path)
        parent.change({name: what})

    def _move(self, record, keeps_old):
        what = self._find(record.path)
        if what is None:
            if is_of_interest(os.path.basename(record.path)):
                raise Unseen(f"{record.path} was made past the shim")
            return
        old_parent, old = self._parent(record.path)
        new_parent, new = self._parent(record.other)
        if keeps_old:
            new_parent.change({new: what})
        elif old_parent is new_parent:
            new_parent.change({new: what, old: None} if old != new else {})
        else:
            new_parent.change({new: what})
            old_parent.change({old: None})

    def _opened(self, record):
        what = self._find(record.path)
        if what is None:
            what = File()
            self._name(record.path, what)
        elif record.offset & os.O_TRUNC and isinstance(what, File):
            what.change((TRUNCATE, 0, None))
        self._open[record.descriptor] = what

    # -- the journal ---------------------------------------------------------------------------
    def replay(self, journal, dice):
        """Follows everything in the journal; `dice` decide what failed syncs had written."""
        for record in read_journal(journal):
            self._follow(record, dice)

    def _follow(self, record, dice):
        kind = record.kind
        if kind == START:
            self._open.clear()
            self._syncing.clear()
        elif kind == OPEN:
            self._opened(record)
        elif kind == CLOSE:
            self._open.pop(record.descriptor)
        elif kind == WRITE:
            self._open[record.descriptor].change((WRITE, record.offset, record.data))
        elif kind in (TRUNCATE, EXTEND, PUNCH):
            self._open[record.descriptor].change((kind, record.offset, record.length))
        elif kind == SYNC_BEGIN:
            what = self._open[record.descriptor]
            honest = not any(fnmatch.fnmatch(record.path, each) for each in self._lies_about)
            self._syncing[record.thread] = what, what.mark(), bool(record.length) and honest
        elif kind == SYNC_END:
            self._synced(record, dice)
        elif kind == UNSEEN:
            raise Unseen(f"{record.path}: {record.other}")
        else:
            self._follow_name(record)

    def _follow_name(self, record):
        if record.kind == RENAME:
            self._move(record, keeps_old=False)
        elif record.kind == LINK:
            self._move(record, keeps_old=True)
        elif record.kind in (UNLINK, RMDIR):
            if self._find(record.path) is not None:
                self._name(record.path, None)
        elif record.kind == MKDIR:
            self._name(record.path, Folder())

    def _synced(self, record, dice):
        what, mark, counts = self._syncing.pop(record.thread)
        if record.error:
            what.fail_sync(mark, dice)
        elif counts:
            what.sync(mark)

    # -- judging -------------------------------------------------------------------------------
    def check_seen(self, directory, killed=True):
        """What the model believes the process saw is what is there: nothing went past the shim. A
        kill may have come between one change and its record."""
        differences = list(_differences(self.root, pathlib.Path(directory)))
        if len(differences) > (1 if killed else 0):
            raise Unseen("; ".join(differences))

    def cut(self, dice):
        return self.root.after_cut(dice)


def _differences(folder, directory):
    real = {entry.name for entry in os.scandir(directory) if is_of_interest(entry.name)}
    believed = {name: what for name, what in folder.live.items() if is_of_interest(name)}
    if real != set(believed):
        yield f"in {directory} there is or is not {sorted(real ^ set(believed))}"
    for name in real & set(believed):
        what = believed[name]
        if isinstance(what, Folder):
            yield from _differences(what, directory / name)
        elif (directory / name).read_bytes() != what.live:
            yield f"{directory / name} has other content than the journal says"
