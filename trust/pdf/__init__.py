"""PDF files: written and released by our own strict reader and writer, judged through pyHanko's one door."""
