"""Who is the same company or person: links from every source's record to its golden id, each with rule and evidence."""
