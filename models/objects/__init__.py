"""Standard objects: one file per object, one schema per file. No SQL of a source, no Dagster."""
