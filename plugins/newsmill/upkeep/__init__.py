"""Upkeep: tell whether corpus, index and ledger are right, and make right what is not. Outside of any run."""
