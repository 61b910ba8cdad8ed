"""The only room that knows Dagster and the warehouse: ingest, build, publish and the command line."""
