"""The composition root: scenario, simulation, report and command line."""
