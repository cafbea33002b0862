"""One room per component of the thesis' Figure 6; rooms meet only on the wire."""
