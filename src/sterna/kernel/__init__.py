"""Words that every floor shares: quantities, money, time, records, series, errors."""
