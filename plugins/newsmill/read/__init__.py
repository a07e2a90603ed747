"""The read stage: landing files in, raw records out."""
