"""What corpus, ledger and index say, summed up for people; an answer costs what it shows, not what the corpus holds."""
