"""What would become of raw records, and of what is published, without a run: for the command line.

`files` does one record; `rehearsal` runs edited rules over the corpus. Keep out: runs (pipeline), printing (cli).
"""
