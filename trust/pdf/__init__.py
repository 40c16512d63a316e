"""PDF files, where documents are signed and judged: pyHanko's one door on the ground floor."""
