# Row 2: DNS messages, bytes in, values out.
librvx_core_la_SOURCES += \
	%D%/classify.c \
	%D%/classify.h \
	%D%/edns.c \
	%D%/edns.h \
	%D%/gate.c \
	%D%/gate.h \
	%D%/match.c \
	%D%/match.h \
	%D%/name.c \
	%D%/name.h \
	%D%/name_text.c \
	%D%/rdata.c \
	%D%/scan.c \
	%D%/scan.h \
	%D%/search.c \
	%D%/search.h \
	%D%/shape.c \
	%D%/shape.h \
	%D%/special.c \
	%D%/special.h \
	%D%/wire.c \
	%D%/wire.h

# Row 2: the query machines.
librvx_core_la_SOURCES += \
	%D%/dice.c \
	%D%/dice.h \
	%D%/health.c \
	%D%/health.h \
	%D%/host.c \
	%D%/host.h \
	%D%/query.c \
	%D%/query.h \
	%D%/query_private.h \
	%D%/query_reply.c \
	%D%/query_slots.c
