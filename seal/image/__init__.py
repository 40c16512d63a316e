"""The seal image 印模: its design and drawing, pictures that are uploaded, and likeness."""
