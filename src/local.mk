# Row 6: the programs, on public headers only.
