"""Tests of ingest, build, checks, publish and the command line."""
