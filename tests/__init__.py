"""Tests: one folder per room, and `test_house.py` for the rules of the house."""
