"""Judging OFD files (GB/T 33190-2016): their package, structure and signatures."""
