"""The use cases: what the centre does with what arrives, and what people do with it (DESIGN 1)."""
