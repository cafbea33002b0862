"""Pure mathematics on domain values: schedule, dispatch, forecast."""
