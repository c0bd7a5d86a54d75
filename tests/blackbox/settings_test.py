#!/usr/bin/python3
"""Settings of the service: configuration file < environment < flag, and no silent misspelling."""

import unittest

from holdfast_process import run, temporary_directory

USAGE = 2


class Settings(unittest.TestCase):
    def setUp(self):
        self.file = self.enterContext(temporary_directory()) / "holdfast.toml"

    def effective(self, *flags, toml="", environment=None, code=0):
        self.file.write_text(toml, encoding="utf-8")
        done = run("serve", "--config", self.file, "--print-config", *flags,
                   environment=environment)
        self.assertEqual(done.returncode, code, done)
        return done.stderr if code else dict(
            line.split(" = ", 1) for line in done.stdout.splitlines())

    def test_each_layer_wins_over_the_one_before(self):
        toml = 'io_threads = 2\nlog_level = "debug"\nstorage_reserve = "2GiB"\n'
        environment = {"HOLDFAST_IO_THREADS": "3", "HOLDFAST_LOG_LEVEL": "error"}
        shown = self.effective("--io-threads", "4", toml=toml, environment=environment)
        self.assertEqual(shown["io_threads"], '"4"  # --io-threads')
        self.assertEqual(shown["log_level"], '"error"  # HOLDFAST_LOG_LEVEL')
        self.assertEqual(shown["storage_reserve"], f'"{2 * 2**30}"  # {self.file} line 3')
        self.assertIn("# default", shown["listen"])

    def test_the_printed_settings_are_a_configuration_file(self):
        first = run("serve", "--print-config", "--listen", "127.0.0.1:9", "--relax-create-key")
        self.file.write_text(first.stdout, encoding="utf-8")
        again = run("serve", "--print-config", "--config", self.file)
        values = [[line.split("  #")[0] for line in done.stdout.splitlines()]
                  for done in (first, again)]
        self.assertEqual(values[0], values[1])

    def test_the_file_may_be_named_by_the_environment(self):
        self.file.write_text("io_threads = 7\n", encoding="utf-8")
        done = run("serve", "--print-config", environment={"HOLDFAST_CONFIG": str(self.file)})
        self.assertIn('io_threads = "7"', done.stdout)

    def test_unknown_keys_are_errors_with_a_suggestion(self):
        message = self.effective(toml='listen = "127.0.0.1:0"\nio_thread = 2\n', code=USAGE)
        self.assertIn(f"{self.file} line 2", message)
        self.assertIn("did you mean 'io_threads'", message)
        message = self.effective(environment={"HOLDFAST_LISTN": "x"}, code=USAGE)
        self.assertIn("did you mean 'HOLDFAST_LISTEN'", message)
        message = self.effective("--lisen", "127.0.0.1:0", code=USAGE)
        self.assertIn("did you mean '--listen'", message)

    def test_values_that_make_no_sense_name_their_origin(self):
        for toml, flags, environment, origin in (
                ("io_threads = 0\n", (), {}, "line 1"),
                ("io_threads = 1.5\n", (), {}, "line 1"),
                ("io_threads = [1]\n", (), {}, "line 1"),
                ("io_threads = = 1\n", (), {}, "line 1"),
                ("\nno_auth = \"maybe\"\n", (), {}, "line 2"),
                ("", ("--listen", "nonsense"), {}, "--listen"),
                ("", ("--listen", "127.0.0.1:70000"), {}, "--listen"),
                ("", ("--ledger", "paper:/x"), {}, "--ledger"),
                ("", ("--storage-reserve", "-1"), {}, "--storage-reserve"),
                ("", ("--clock-jump-max", "5"), {}, "--clock-jump-max"),
                ("", (), {"HOLDFAST_LOG_FORMAT": "xml"}, "HOLDFAST_LOG_FORMAT")):
            with self.subTest(toml=toml, flags=flags, environment=environment):
                message = self.effective(*flags, toml=toml, environment=environment, code=USAGE)
                self.assertIn(origin, message)

    def test_a_file_that_is_not_there(self):
        done = run("serve", "--config", "/does/not/exist.toml", "--print-config")
        self.assertEqual(done.returncode, USAGE)
        self.assertIn("/does/not/exist.toml", done.stderr)


if __name__ == "__main__":
    unittest.main()
