"""Scheduling alone, judged over weeks: the days of a scenario lived by several strategies, without messages.

`days` draws what happens, `lived` has the physics and the clock, `strategies` and `rolling` decide,
`foresight` knows everything before, `account` counts all of them alike, `pages` writes table and plot.
"""
