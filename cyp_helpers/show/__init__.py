"""A frame becomes a table, a chart, a sentence, a page."""
