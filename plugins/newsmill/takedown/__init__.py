"""Take an article, or an outlet, down: out of corpus, ledger, quarantine, profiles, docs and index, for good.

Owns what is asked for (asked), what is found (survey), and the order of the writes (carry). Keep out: how rows are
removed (stages), holding the corpus and finishing runs (pipeline), the terminal (cli).
"""
