"""Carries bytes and time, and knows no meaning."""
