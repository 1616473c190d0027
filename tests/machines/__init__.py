"""Machines that tests reach: real daemons, a real browser, processes that fork or keep a core busy."""
