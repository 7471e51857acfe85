"""The command line: turns arguments into requests and events into lines on a terminal."""
