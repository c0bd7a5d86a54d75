#!/usr/bin/python3
"""Every route of /openapi.json, with every status it documents, was seen by some black-box test.

Run behind the others: they leave what they exercised in HOLDFAST_EXERCISED_DIR.
"""

import json
import os
import pathlib
import unittest

from blackbox_case import ServiceCase

# Only a service that is not well answers so; shutdown_test.py looks at one that drains.
NOT_SEEN = {("GET", "/livez", "503"), ("GET", "/readyz", "503")}


class Routes(ServiceCase):
    def test_every_documented_answer_was_seen(self):
        seen = set()
        directory = pathlib.Path(os.environ["HOLDFAST_EXERCISED_DIR"])
        for path in directory.glob("*.json"):
            seen |= {tuple(entry) for entry in json.loads(path.read_text(encoding="utf-8"))}
        documented = {(method, template, status)
                      for (method, template), operation in
                      self.client.contract.operations().items()
                      for status in operation["responses"] if status != "default"}
        self.assertEqual(sorted(documented - seen - NOT_SEEN), [])


if __name__ == "__main__":
    unittest.main()
