"""Validation: one Great Expectations suite over the articles' fields, its verdicts and its Data Docs."""
