"""Write what was decided: the corpus's partitions, the ledger, the report; and balance the books."""
