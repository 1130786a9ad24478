"""Identity of texts: fingerprints, near-duplicates, changes between versions, and reuse of releases in coverage."""
