"""What an operator does between runs: make the index again, end what was interrupted, clear up."""
