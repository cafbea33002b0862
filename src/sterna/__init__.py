"""Sterna: an open V2X platform, from the driver's booking to the grid operator's payment."""
