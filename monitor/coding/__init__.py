"""Coding: sentences, the codebook's tags, shifts, figures and events, all pure functions of text."""
