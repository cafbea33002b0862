"""The architecture model made executable: use cases, conformance, drawings."""
