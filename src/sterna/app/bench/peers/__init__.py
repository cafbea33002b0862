"""The same problem in modelling libraries of others, each in a process of its own.

This package runs in environments where Sterna is not installed (``python peers …``), so its
modules import each other relatively and nothing else of Sterna. `known` lists the libraries; each
module ``by_…`` writes docs/scheduling.md (1) to (8) against one library's public interface.
"""
