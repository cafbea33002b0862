"""What exists outside the software: drivers, weather, load, hardware, faults."""
