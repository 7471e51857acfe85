"""What support looks at first: the panels and checks of the tables, pure; flows ask a server for their values."""
