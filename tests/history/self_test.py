#!/usr/bin/python3
"""The checkers of histories find what is planted, and nothing in sound histories."""

import random
import sys
import time
import unittest

import positions
import search
from pretend import CHEATS, Pretended, forget_some

SEEDS = 40


def histories(cheat=None):
    """Those in which the cheat found its moment."""
    for seed in range(SEEDS):
        pretended = Pretended(seed, cheat)
        history = pretended.run()
        if pretended.cheat is None:
            yield seed, history


class Checkers(unittest.TestCase):
    def test_sound_histories_pass_both(self):
        for seed, history in histories():
            self.assertEqual(positions.check(history), [], seed)
            self.assertTrue(search.linearizable(history)[0], seed)
            lossy = forget_some(history, random.Random(seed))
            self.assertTrue(search.linearizable(lossy)[0], seed)

    def test_every_cheat_is_found_by_positions(self):
        for cheat in CHEATS:
            with self.subTest(cheat):
                cheated = list(histories(cheat))
                self.assertGreater(len(cheated), SEEDS / 2)
                for seed, history in cheated:
                    self.assertTrue(positions.check(history), f"{cheat}, seed {seed}")

    def test_every_cheat_that_shows_is_found_by_the_search(self):
        """A cheat may hide in one history: another order may explain it."""
        for cheat, (_, shows) in CHEATS.items():
            with self.subTest(cheat):
                cheated = list(histories(cheat))
                found = sum(not search.linearizable(history)[0] for _, history in cheated)
                if shows:
                    self.assertGreaterEqual(found, 0.8 * len(cheated))
                else:
                    self.assertEqual(found, 0)


if __name__ == "__main__":
    unittest.main()
