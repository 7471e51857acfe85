"""A report as one page of HTML without scripts: pure, from what a look at a bundle brought."""
