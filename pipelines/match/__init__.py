"""What people ask and decide about who is the same: commands, questions, previews. Matching is in models/identity."""
