"""Migrations of the runtime's own tables."""
