#!/usr/bin/python3
"""The style test: what a formatter cannot see and a reviewer should not have to.

Lengths of lines, files and functions; names that have a better door here; third-party headers that
leave their fence; notes to oneself. Prints one line per violation, naming what to use instead; exit
code 0 only without any. There is no list of exceptions.
"""

import fnmatch
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
CPP = (".cpp", ".hpp")
TEXT = CPP + (".py", ".sh", ".cmake", ".md", ".toml", ".txt", ".yml", ".json", ".html", ".js")
LIMITED_LINES = CPP + (".py", ".sh", ".cmake")
RAW_BYTES = "tests/fuzz/corpus/"
COLUMNS_MAX = 100
FILE_LINES_MAX = 600
FUNCTION_LINES_MAX = 70

# Where the system may be asked directly: wiring, and what drives the product from outside.
OUTSIDE = ["src/app/*", "tools/*", "tests/*", "bench/*"]

# (what, pattern, what to use instead, where it is allowed)
BANNED = [
    ("asking the system's clock",
     r"\b(?:\w+_clock|Clock)::now\s*\(|\b(?:clock_gettime|gettimeofday)\b"
     r"|(?<![\w.>:])(?:std::)?time\s*\(\s*(?:nullptr|NULL|0)\s*\)",
     "a Clock handed in, or the Instant of step()",
     ["src/base/clock.cpp", *OUTSIDE]),
    ("random_device", r"\brandom_device\b", "base::fill_random or base::Prng", []),
    ("rand()", r"\bs?rand(?:om)?\s*\(", "base::Prng", []),
    ("sleep", r"\b(?:sleep_for|sleep_until|usleep|nanosleep)\b",
     "BoundedQueue::wait_for_work, a latch, or step() with a later time",
     ["tools/*", "tests/*"]),
    ("getenv", r"\b(?:secure_)?getenv\b", "an option of the object, filled in by src/app",
     ["*_test.cpp", *OUTSIDE]),
    ("assert()", r"\bassert\s*\(", "CHECK or DCHECK", []),
    ("using namespace std", r"\busing\s+namespace\s+std\s*;", "std:: where it is used", []),
]

HEAVY_IN_HEADERS = ("iostream", "regex", "filesystem")

TESTS = ["*_test.cpp", "*testing.hpp", "*testing.cpp", "tests/*", "sim/*"]

# First part of a third-party include -> the .cpp files that may have it. Longest prefix decides.
FENCES = {
    "rocksdb/": ["src/ledger/rocksdb_*.cpp", "src/partition/rocksdb_*.cpp", "src/projection/*.cpp"],
    "boost/": [],
    "boost/beast": ["src/net/http_codec.cpp"],
    "boost/asio": ["src/net/*.cpp", "src/app/*.cpp"],
    "boost/system": ["src/net/*.cpp", "src/app/*.cpp"],
    "boost/json": ["*json*.cpp"],
    "spdlog/": ["src/base/log.cpp"],
    "fmt/": ["*.cpp"],
    "prometheus/": ["src/base/metrics.cpp"],
    "openssl/": ["src/base/digest.cpp", "src/net/*.cpp"],
    "CLI/": ["src/cli/parse*.cpp", "tools/*.cpp"],
    "toml++/": ["src/cli/config_toml.cpp", "tools/*.cpp"],
    "grpcpp/": ["src/transport/grpc/call.cpp", "src/transport/grpc/call_internal.hpp",
                "src/transport/grpc/grpc_server.cpp", "bench/grpc_load.cpp"],
    "grpc/": ["src/transport/grpc/*.cpp", "bench/grpc_load.cpp"],
    "google/": ["src/transport/grpc/*.cpp", "src/transport/grpc/*_internal.hpp",
                "bench/grpc_load.cpp", "tests/fuzz/*.cpp"],
    "holdfast/": ["src/transport/grpc/*.cpp", "src/transport/grpc/*_internal.hpp",
                  "bench/grpc_load.cpp"],
    "zstd.h": ["src/ledger/*.cpp", "src/net/*.cpp"],
    "gtest/": TESTS,
    "rapidcheck": TESTS,
    "benchmark/": ["bench/*.cpp"],
    "hiredis/": ["bench/peers/redis_connection.cpp"],
    "libpq-fe.h": ["bench/peers/pg_connection.cpp"],
}

# Written apart so that this file passes its own test.
NOTES = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X)\b")
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]')
LITERAL_OR_COMMENT = re.compile(
    r'R"(?P<mark>[^()\\\s]{0,16})\(.*?\)(?P=mark)"'
    r'|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9A-Fa-f])'(?:\\.|[^'\\\n])+'"
    r"|//[^\n]*"
    r"|/\*.*?\*/", re.DOTALL)
NO_FUNCTION = re.compile(
    r"^(?:(?:public|private|protected)\s*:\s*)?(?:export\s+|inline\s+|static\s+|constexpr\s+)*"
    r"(?:class|struct|union|enum|namespace|extern|concept)\b")
INITIALIZER = re.compile(r"\)\s*(?:noexcept\s*)?:[^:].*[\w>]\s*$", re.DOTALL)


def allowed_at(path, patterns):
    return any(fnmatch.fnmatch(path, pattern) for pattern in patterns)


def code_only(text):
    """The text with comments, literals and macros blanked out; lines and columns stay."""
    def blank(match):
        return re.sub(r"[^\n]", " ", match[0])
    text = LITERAL_OR_COMMENT.sub(blank, text)
    return re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", blank, text, flags=re.MULTILINE)


def opens_function(head):
    """Whether a brace after these words, outside any function, begins a function's body."""
    while True:
        shorter = re.sub(r"<[^<>]*>", "", head)
        if shorter == head:
            break
        head = shorter
    head = re.sub(r"^\s*template\s*", "", head).strip()
    return ")" in head and not head.endswith("=") and not NO_FUNCTION.match(head)


def function_lengths(code):
    """(first line, lines) of every outermost function of a text from code_only."""
    found = []
    stack = []  # (is a function, first line, start of the head to go on with afterwards)
    head_start = 0
    for match in re.finditer(r"[{};]", code):
        at = match.start()
        go_on = None
        if match[0] == "{":
            inside = any(entry[0] for entry in stack)
            # Members initialised in braces before: "A::A() : a_{1}, b_" reads as "a_()".
            head = re.sub(r"\{[^{}]*\}", "()", code[head_start:at])
            is_initializer = not inside and bool(INITIALIZER.search(head))
            is_function = not inside and not is_initializer and opens_function(head)
            first = head_start + len(head) - len(head.lstrip())
            stack.append((is_function, code.count("\n", 0, first) + 1,
                          head_start if is_initializer else None))
        elif match[0] == "}" and stack:
            is_function, first_line, go_on = stack.pop()
            if is_function:
                found.append((first_line, code.count("\n", 0, at) + 2 - first_line))
        head_start = at + 1 if go_on is None else go_on
    return found


def check_include(path, include):
    fences = [prefix for prefix in FENCES if include.startswith(prefix)]
    # An internal header is part of its folder's .cpp files, and may show third-party types to them.
    internal = path.endswith("_internal.hpp")
    if include.endswith("_internal.hpp") and \
            pathlib.PurePath("src", include).parent != pathlib.PurePath(path).parent:
        return f"<{include}> is internal to another folder: use a header without _internal"
    header = path.endswith(".hpp")
    if header and include in HEAVY_IN_HEADERS and not allowed_at(path, TESTS):
        return f"<{include}> in a header: include it in the .cpp"
    if not fences:
        return None
    where = FENCES[max(fences, key=len)]
    if header and where is not TESTS and not internal:
        return f"<{include}> in a header: hide it behind a std type in the .cpp"
    if not allowed_at(path, where):
        return f"<{include}> outside its fence: only {', '.join(where) or 'nowhere'}"
    return None


def check_cpp(path, text):
    problems = []
    code = code_only(text)
    for _, pattern, instead, where in BANNED:
        if allowed_at(path, where):
            continue
        for match in re.finditer(pattern, code):
            line = code.count("\n", 0, match.start()) + 1
            problems.append((line, f"{match[0]}: use {instead}"))
    for number, line in enumerate(text.splitlines(), 1):
        match = INCLUDE.match(line)
        problem = match and check_include(path, match[1])
        if problem:
            problems.append((number, problem))
    for line, length in function_lengths(code):
        if length > FUNCTION_LINES_MAX:
            problems.append((line, f"function of {length} lines, at most {FUNCTION_LINES_MAX}"))
    if path.endswith(".hpp") and "#pragma once" not in text:
        problems.append((1, "header without #pragma once"))
    return problems


def check_file(path, text):
    """Violations of one file as printable lines."""
    problems = []
    lines = text.splitlines()
    is_source = path.endswith(LIMITED_LINES) or lines[:1] == ["#!/usr/bin/env bash"]
    for number, line in enumerate(lines, 1):
        if is_source and len(line) > COLUMNS_MAX:
            problems.append((number, f"{len(line)} columns, at most {COLUMNS_MAX}"))
        if NOTES.search(line):
            problems.append((number, "a note to oneself: do it, or open an issue"))
    if is_source and len(lines) > FILE_LINES_MAX:
        problems.append((len(lines), f"{len(lines)} lines, at most {FILE_LINES_MAX}"))
    if path.endswith(CPP):
        problems += check_cpp(path, text)
    return [f"{path}:{line}: {problem}" for line, problem in sorted(problems)]


def main():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True,
                            text=True).stdout
    problems = []
    for path in listed.split("\0"):
        full = ROOT / path
        is_text = path.endswith(TEXT) or (path and "." not in full.name)
        if path.startswith(RAW_BYTES):
            continue
        if is_text and full.is_file():
            problems += check_file(path, full.read_text(encoding="utf-8"))
    for problem in problems:
        print(problem)
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
