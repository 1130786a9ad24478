"""What a newsroom does: the nouns, the pure core, the use cases, the clock and the command line."""
