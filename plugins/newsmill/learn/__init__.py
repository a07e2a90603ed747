"""What an outlet repeats: found in the run's articles and in history together."""
