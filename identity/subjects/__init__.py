"""The life of subjects after they were registered: names, documents, merging, closing, who looked, erasure."""
