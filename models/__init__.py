"""What things are and what follows from them. Never names a source, never imports Dagster."""
