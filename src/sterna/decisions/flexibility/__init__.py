"""What a fleet can surely give to a market, and for what price.

`course` is what every car does, `reach` what each could do alone, `room` what all can do together,
`delivery` the greatest offer that every activation leaves deliverable, `envelope` the limits step by
step, `chance` what is left of an offer when cars may leave, `curve` price against volume, `reserves`
power held ready for the frequency. UP lowers the fleet's power at the grid, DOWN raises it.
"""
