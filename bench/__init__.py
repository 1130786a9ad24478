"""What Shiftwatch costs, measured beside what a user would pick instead. Timings here never fail a test."""
