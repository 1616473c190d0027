"""What Python and the command line call alike, a call a file: parameters, their defaults and checks, and what is said.

`edge_power` exports the calls. An error names a parameter in backticks; the command line puts its flag there.
"""
