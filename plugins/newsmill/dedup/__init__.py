"""Decide what each record of a run becomes: hashes of texts, the index of what is published, the rules."""
