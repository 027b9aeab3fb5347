# Row 2: waiting.
resolvxinclude_HEADERS += \
	include/resolvx/loop.h \
	include/resolvx/wait.h
