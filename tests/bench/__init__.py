"""The benchmarks: newsmill beside its peers, in one call and one table (`make bench`)."""
