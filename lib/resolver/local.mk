# Row 3: lookups, backends, ports, configuration snapshots.
resolvxinclude_HEADERS += \
	include/resolvx/backend.h \
	include/resolvx/resolver.h
