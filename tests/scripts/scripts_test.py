#!/usr/bin/python3
"""The style and floor tests find a planted violation of every rule, and accept good code."""

import pathlib
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "scripts"))

import layers  # noqa: E402
import tidy  # noqa: E402


def problems(text, path="src/core/x.cpp"):
    return [line.split(": ", 1)[1] for line in tidy.check_file(path, text)]


class Style(unittest.TestCase):
    def assert_found(self, text, part, path="src/core/x.cpp"):
        found = problems(text, path)
        self.assertEqual(len(found), 1, found)
        self.assertIn(part, found[0])

    def test_good_code_passes(self):
        self.assertEqual(problems("int add(int a, int b) { return a + b; }\n"), [])

    def test_lines(self):
        self.assertEqual(problems("/" * 100 + "\n"), [])
        self.assert_found("/" * 101 + "\n", "101 columns")
        self.assertEqual(problems("// " + "\u00e9" * 97 + "\n"), [])

    def test_files(self):
        self.assertEqual(problems("\n" * 600), [])
        self.assert_found("\n" * 601, "601 lines")

    def test_functions(self):
        for head in ("int f(int a) {", "A::A() : a_{1}, b_(2), c_{3} {", "A::A() : a_{1} {",
                     "TEST(Suite, Name) {", "template <typename T>\nbool A<T>::f() const {",
                     "class A {\n  void f() {", "auto f = [](int a) {",
                     "bool operator==(const A& a) {", "void f() noexcept {"):
            # The head's last line and the closing one count too.
            extra = 2 + (1 if head.startswith("template") else 0)
            close = "\n}" * (2 if head.startswith("class") else 1) + ("\n" if "auto" not in head
                                                                      else ";\n")
            fits = head + "\n    g();" * (70 - extra) + close
            self.assertEqual(problems(fits), [], head)
            self.assert_found(head + "\n    g();" * (71 - extra) + close, "function of 71 lines")

    def test_long_things_that_are_no_function(self):
        for head in ("namespace a {", "struct A final : B<decltype(f())> {", "enum class E {",
                     "constexpr std::array<int, f(3)> kTable = {", "class A {"):
            self.assertEqual(problems(head + "\n" * 90 + "};\n"), [], head)

    def test_braces_in_texts_do_not_count(self):
        text = 'void f() {\n    g("{", \'{\', R"({ " {)");  // {\n}\n' + "\n" * 80
        self.assertEqual(problems(text), [])

    def test_banned_names(self):
        for text, instead in (("auto t = std::chrono::steady_clock::now();\n", "Clock"),
                              ("using C = Clock; auto t = Clock::now();\n", "Clock"),
                              ("clock_gettime(CLOCK_REALTIME, &t);\n", "Clock"),
                              ("auto t = std::time(nullptr);\n", "Clock"),
                              ("std::random_device device;\n", "fill_random"),
                              ("int a = rand();\n", "Prng"),
                              ("std::this_thread::sleep_for(1s);\n", "wait_for_work"),
                              ("auto home = std::getenv(name);\n", "src/app"),
                              ("assert(true);\n", "CHECK"),
                              ("using namespace std;\n", "std::")):
            self.assert_found(text, instead)

    def test_names_that_only_look_banned(self):
        for text in ("static_assert(true);\n", "Time PartitionClock::now() const;\n",
                     "auto t = clock.now();\n", "// rand() is bad\n",
                     'log("::now(");\n', "using namespace std::chrono_literals;\n",
                     "int operand(int a);\n"):
            self.assertEqual(problems(text), [], text)

    def test_doors_where_they_belong(self):
        self.assertEqual(problems("std::getenv(name);\n", "src/app/config.cpp"), [])
        self.assertEqual(problems("clock_gettime(id, &t);\n", "src/base/clock.cpp"), [])

    def test_fences(self):
        for include, home in (("rocksdb/db.h", "src/ledger/rocksdb_ledger.cpp"),
                              ("boost/beast/http.hpp", "src/net/http_codec.cpp"),
                              ("boost/asio.hpp", "src/net/server.cpp"),
                              ("boost/json.hpp", "src/transport/http/json_body.cpp"),
                              ("spdlog/spdlog.h", "src/base/log.cpp"),
                              ("prometheus/registry.h", "src/base/metrics.cpp"),
                              ("openssl/evp.h", "src/base/digest.cpp"),
                              ("gtest/gtest.h", "src/core/x_test.cpp")):
            text = f"#include <{include}>\n"
            self.assertEqual(problems(text, home), [], include)
            self.assert_found(text, "outside its fence")
        self.assert_found("#include <boost/asio.hpp>\n", "fence", "src/api/x.cpp")

    def test_headers_show_no_third_party(self):
        once = "#pragma once\n"
        self.assert_found(once + "#include <fmt/format.h>\n", "header", "src/base/x.hpp")
        self.assert_found(once + "#include <rocksdb/db.h>\n", "header", "src/ledger/rocksdb_x.hpp")
        self.assert_found(once + "#include <regex>\n", "header", "src/base/x.hpp")
        shown = once + "#include <google/protobuf/message.h>\n"
        self.assertEqual(problems(shown, "src/transport/grpc/x_internal.hpp"), [])
        self.assert_found(shown, "header", "src/transport/grpc/x.hpp")
        inside = once + '#include "transport/grpc/x_internal.hpp"\n'
        self.assertEqual(problems(inside, "src/transport/grpc/y_internal.hpp"), [])
        self.assert_found(inside, "internal to another folder", "src/app/y.hpp")
        self.assertEqual(problems(once + "#include <gtest/gtest.h>\n", "src/core/testing.hpp"), [])
        self.assert_found("int a;\n", "#pragma once", "src/base/x.hpp")

    def test_notes_to_oneself(self):
        self.assert_found("// TO" "DO: later\n", "note to oneself")
        self.assert_found("FIX" "ME\n", "note to oneself", "CONTRIBUTING.md")


class FloorTest(unittest.TestCase):
    floors = layers.Floors({"src": {"base": [], "core": ["base"], "transport/http": ["base"],
                                    "app": ["*"]},
                            "beside": {"tests": ["*"]}})

    def check(self, files):
        return layers.check(self.floors, files)

    def test_down_is_allowed(self):
        self.assertEqual(self.check({
            "src/core/a.cpp": '#include "core/a.hpp"\n#include "base/b.hpp"\n#include <map>\n',
            "src/transport/http/a.cpp": '#include "base/b.hpp"\n',
            "src/app/main.cpp": '#include "transport/http/a.hpp"\n',
            "tests/a.cpp": '#include "app/a.hpp"\n'}), [])

    def test_up_and_sideways_are_not(self):
        self.assertEqual(self.check({"src/base/a.cpp": '\n#include "core/a.hpp"\n'}),
                         ["src/base/a.cpp:2: base may not include core"])
        self.assertEqual(self.check({"src/transport/http/a.cpp": '#include "core/a.hpp"\n'}),
                         ["src/transport/http/a.cpp:1: transport/http may not include core"])
        self.assertEqual(self.check({"src/app/a.cpp": '#include "tests/a.hpp"\n'}),
                         ["src/app/a.cpp:1: app may not include tests"])

    def test_includes_are_written_from_the_root(self):
        self.assertEqual(len(self.check({"src/core/a.cpp": '#include "a.hpp"\n'})), 1)

    def test_every_folder_is_on_a_floor(self):
        self.assertEqual(len(self.check({"src/attic/a.cpp": "\n"})), 1)
        self.assertEqual(len(self.check({"core/a.cpp": "\n"})), 1)

    def test_circles(self):
        self.assertEqual(layers.find_cycle({("a", "b"), ("b", "c"), ("d", "a")}), None)
        self.assertEqual(layers.find_cycle({("a", "b"), ("b", "c"), ("c", "b")}), ["b", "c", "b"])
        circular = layers.Floors({"src": {"a": ["b"], "b": ["a"]}})
        self.assertEqual(layers.check(circular, {}), ["layers.toml: a circle: a -> b -> a"])


if __name__ == "__main__":
    unittest.main()
