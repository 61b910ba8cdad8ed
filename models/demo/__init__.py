"""The demo world: a fictional vendor, its customers and what happened between them, and the truth about it.

Here belongs what is invented for the demo and for tests, as neutral frames. How some system would export it stands
with that system's connector; nothing here knows one.
"""
