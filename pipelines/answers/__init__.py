"""What the command line tells of the published file: briefs, explanations, changes, summaries."""
