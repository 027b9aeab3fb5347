# Man pages, mdoc.
dist_man_MANS += \
	%D%/libresolvx.3 \
	%D%/lookup-port.1 \
	%D%/resolvx.1 \
	%D%/resolvx-addr.3 \
	%D%/resolvx-backend.3 \
	%D%/resolvx-err.3 \
	%D%/resolvx-listen.8 \
	%D%/resolvx-log.3 \
	%D%/resolvx-loop.3 \
	%D%/resolvx-net.3 \
	%D%/resolvx-netdb.3 \
	%D%/resolvx-records.3 \
	%D%/resolvx-resolver.3 \
	%D%/resolvx-time.3 \
	%D%/resolvx-trace.3 \
	%D%/resolvx-version.3 \
	%D%/resolvx-security.7 \
	%D%/resolvx-wait.3
