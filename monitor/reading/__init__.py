"""Pure functions from bytes to readings: no disk, no clock, no network, no globals that change."""
