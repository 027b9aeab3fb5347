# Row 2: configuration files as bytes in, values out.
librvx_core_la_SOURCES += \
	%D%/gaiconf.c \
	%D%/gaiconf.h \
	%D%/hosts.c \
	%D%/hosts.h \
	%D%/lines.c \
	%D%/lines.h \
	%D%/nsswitch.c \
	%D%/nsswitch.h \
	%D%/prefix.c \
	%D%/prefix.h \
	%D%/remarks.c \
	%D%/remarks.h \
	%D%/resolvconf.c \
	%D%/resolvconf.h \
	%D%/services.c \
	%D%/services.h \
	%D%/services_builtin.c \
	%D%/services_builtin.h

# The table behind services_builtin.c.
nodist_librvx_core_la_SOURCES += %D%/services_table.h
BUILT_SOURCES += %D%/services_table.h
CLEANFILES += %D%/services_table.h
EXTRA_DIST += data/services data/services.awk

%D%/services_table.h: data/services data/services.awk
	$(AM_V_GEN)$(MKDIR_P) %D% && \
	LC_ALL=C $(AWK) -f $(top_srcdir)/data/services.awk $(top_srcdir)/data/services >$@.tmp && mv $@.tmp $@

# BUILT_SOURCES helps only `make all` and `make check`.
%D%/services_builtin.lo: %D%/services_table.h
