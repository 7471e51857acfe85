"""Use cases: the only room that joins server and bundle; each is a generator of events that its caller drives."""
