# Row 3: lookups, backends, ports, configuration snapshots.
librvx_core_la_SOURCES += \
	%D%/answer.c \
	%D%/answer.h \
	%D%/backends.h \
	%D%/be_files.c \
	%D%/be_libc.c \
	%D%/cache.c \
	%D%/cache.h \
	%D%/cell.c \
	%D%/cell.h \
	%D%/channel.h \
	%D%/codec.h \
	%D%/conffile.c \
	%D%/conffile.h \
	%D%/derive.c \
	%D%/failure.c \
	%D%/failure.h \
	%D%/flight.c \
	%D%/flight.h \
	%D%/dnsopts.c \
	%D%/dnsopts.h \
	%D%/dnsview.c \
	%D%/dnsview.h \
	%D%/host.c \
	%D%/host.h \
	%D%/lookup.c \
	%D%/lookup.h \
	%D%/loops.h \
	%D%/netlink.c \
	%D%/netlink.h \
	%D%/netmap.c \
	%D%/netmap.h \
	%D%/options.c \
	%D%/options.h \
	%D%/ownaddrs.c \
	%D%/ownaddrs.h \
	%D%/plan.c \
	%D%/plan.h \
	%D%/ports.c \
	%D%/question.h \
	%D%/request.c \
	%D%/request.h \
	%D%/resolve.c \
	%D%/resolver.c \
	%D%/resolver.h \
	%D%/rfc6724.c \
	%D%/rfc6724.h \
	%D%/services.c \
	%D%/snapshot.c \
	%D%/snapshot.h \
	%D%/sort.c \
	%D%/sort.h \
	%D%/srcaddr.c \
	%D%/srcaddr.h \
	%D%/stats.h \
	%D%/table.c \
	%D%/table.h \
	%D%/trace.c \
	%D%/trace.h

resolvxinclude_HEADERS += \
	include/resolvx/backend.h \
	include/resolvx/records.h \
	include/resolvx/resolver.h \
	include/resolvx/trace.h
