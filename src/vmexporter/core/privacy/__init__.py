"""What is private in a label, what becomes of it, and how the owner gets it back."""
