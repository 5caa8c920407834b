"""The simulator: `simulate(run)` plays one order of events and records it."""
