"""``sterna bench``: how long a schedule takes, with our solver and with those of others."""
