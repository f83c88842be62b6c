"""Measurements side by side on one machine in one run (``make bench``); never part of the tests."""
