"""The page and the REST API behind it: turns requests into flows and their events into snapshots."""
