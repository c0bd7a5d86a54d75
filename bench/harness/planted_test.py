#!/usr/bin/python3
"""The rows that a faulty technique would leave behind, planted in the real tables of PostgreSQL and
in Redis: the audits find them. Exit code 77, "skipped", where neither is installed."""

import pathlib
import shutil
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from harness import servers, subjects  # noqa: E402

HAS_POSTGRES = (servers.PG_BIN / "postgres").exists()
HAS_REDIS = shutil.which("redis-server") is not None


class SweptThenDue:
    """A server on which a hold comes due just after the sweeper has found nothing to do."""

    def __init__(self, server):
        self.server = server

    def sql(self, text):
        rows = self.server.sql(text)
        if "expire_due" in text:
            self.server.sql(
                "insert into holds (sku, quantity, deadline, request_key) "
                "values ('SKU-0', 1, clock_timestamp(), gen_random_uuid()); "
                "update stock set available = available - 1 where sku = 'SKU-0'")
        return rows


@unittest.skipUnless(HAS_POSTGRES, "postgresql-15 is not installed")
class PlantedInPostgres(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.space = servers.workspace(tempfile.gettempdir())
        path = cls.space.__enter__()
        cls.server = servers.Postgres(path / "postgres")
        cls.server.settings["shared_buffers"] = "16MB"
        cls.server.start()
        cls.subject = subjects.OnPostgres("guarded", None, path, cls.server)
        cls.shape = subjects.Shape(distribution="uniform", skus=2, units=10)

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()
        cls.space.__exit__(None, None, None)

    def found(self, sql):
        self.subject.prepare(self.shape)
        if sql:
            self.server.sql(sql)
        return self.subject.judge(self.shape, {"different": 0})

    def test_fresh_tables_are_clean(self):
        self.assertTrue(self.found("").clean)

    def test_an_oversell(self):
        self.assertEqual(self.found(
            "insert into holds (sku, quantity, deadline, request_key) "
            "values ('SKU-1', 3, now() + interval '1 h', gen_random_uuid())").oversold, 3)

    def test_a_duplicate(self):
        self.assertEqual(self.found(
            "insert into holds (sku, quantity, deadline, request_key) select 'SKU-0', 1, "
            "now() + interval '1 h', '00000000-0000-0000-0000-000000000001' "
            "from generate_series(1, 2); update stock set available = 8 where sku = 'SKU-0'"
        ).duplicates, 1)

    def test_a_leak(self):
        self.assertEqual(self.found("update stock set available = 6 where sku = 'SKU-0'").leaked, 4)

    def test_the_sweeper_gives_back_what_is_due(self):
        self.assertTrue(self.found(
            "select reserve(gen_random_uuid(), 1, 'SKU-0', 2, -1000)").clean)

    def test_a_hold_that_comes_due_while_rows_are_read_is_no_leak(self):
        self.subject.prepare(self.shape)
        self.subject.server = SweptThenDue(self.server)
        try:
            found = self.subject.judge(self.shape, {"different": 0})
        finally:
            self.subject.server = self.server
        self.assertTrue(found.clean, found.words())

    def test_a_hold_that_no_sweeper_can_end_is_a_leak(self):
        self.assertEqual(self.found(
            "insert into holds (sku, quantity, deadline, request_key) values "
            "('SKU-0', 2, now() - interval '1 h', gen_random_uuid()); "
            "update stock set available = 8 where sku = 'SKU-0'; "
            "create or replace function expire_due(p_limit int) returns bigint language sql as "
            "'select 0::bigint'").leaked, 2)

    def test_arrays_grant_the_earlier_request_and_answer_a_key_once(self):
        self.subject.prepare(self.shape)
        key = "00000000-0000-0000-0000-00000000000"
        answer = self.server.sql(
            "select place, hold is not null from reserve_many("
            f"array['{key}1', '{key}2', '{key}1']::uuid[], array[1, 2, 1], "
            "array['SKU-0', 'SKU-0', 'SKU-0'], array[8, 3, 8], 60000) order by place")
        self.assertEqual(answer, [["1", "t"], ["2", "f"], ["3", "t"]])
        self.assertTrue(self.subject.judge(self.shape, {"different": 0}).clean)


@unittest.skipUnless(HAS_REDIS, "redis-server is not installed")
class PlantedInRedis(unittest.TestCase):
    def test_an_oversell_a_duplicate_and_a_leak(self):
        with servers.workspace(tempfile.gettempdir()) as path, \
                servers.Redis(path / "redis", "everysec") as server:
            subject = subjects.OnRedis("redis lua", None, path, server)
            shape = subjects.Shape(distribution="uniform", skus=2, units=10, live=4)
            subject.prepare(shape)
            self.assertTrue(subject.judge(shape, {"different": 0}).clean)
            server.call("HINCRBY", "stock:SKU-0", "available", 1)
            server.call("HINCRBY", "stock:SKU-1", "available", -2)
            server.call("HSET", "hold:1", "key", "live-2")
            found = subject.judge(shape, {"different": 0})
            self.assertEqual((found.oversold, found.leaked, found.duplicates), (1, 2, 1))


if __name__ == "__main__":
    if not HAS_POSTGRES and not HAS_REDIS:
        print("neither PostgreSQL 15 nor Redis is installed")
        sys.exit(77)
    unittest.main(verbosity=2)
