"""The audit's parts: code of their own, so that a mistake in the rewriting is not repeated here."""
