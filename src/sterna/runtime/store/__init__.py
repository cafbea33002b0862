"""Where journals and projections live: tables, the database that holds them, and its migrations."""
