# Row 2: configuration files as bytes in, values out.
