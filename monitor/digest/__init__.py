"""Digests: what is new since the last one, composed, rendered, kept in the outbox and delivered."""
