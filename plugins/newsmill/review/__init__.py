"""Review: what a run does, and whom it asks, when more of its articles are quarantined than its limit allows."""
