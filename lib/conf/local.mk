# Row 2: configuration files as bytes in, values out.
librvx_core_la_SOURCES += \
	%D%/gaiconf.h \
	%D%/hosts.h \
	%D%/lines.h \
	%D%/nsswitch.h \
	%D%/prefix.h \
	%D%/remarks.h \
	%D%/resolvconf.h \
	%D%/services.h \
	%D%/services_builtin.h
