"""Everything that knows a source: how its exports are read and how they map to the standard objects."""
