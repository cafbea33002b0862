"""Pages, charts and words that a person sees."""
