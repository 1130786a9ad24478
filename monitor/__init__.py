"""What a newsroom does: the nouns, the pure core, the use cases, the clock and the command line."""

__version__ = "0.1.0"
