# Row 4: listeners and connections.
