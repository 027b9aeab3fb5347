# Row 3: lookups, backends, ports, configuration snapshots.
