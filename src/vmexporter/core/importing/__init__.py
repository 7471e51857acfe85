"""Import, the pure half: text of a bundle → bounded pieces for a server, edited on the way, and what is in them."""
