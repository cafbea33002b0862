"""Below ISO 15118: the control pilot, lock and contactor of a coupler, and the bus inside a station.

:mod:`pilot` is one transition table; :mod:`currents` turns duty cycles and cable
resistors into amperes; :mod:`bus` is the link between the charging station's
controller and its EVSE controllers, which is of our own make.
"""
