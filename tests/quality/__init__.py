"""The quality gate: figures of the real pipeline over sets of pages with gold, their floors, and pages of our own."""
