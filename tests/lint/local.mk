# Lints: each proves first that it can fail, then looks at the tree and at the build.
LINTS = \
	%D%/exports.sh \
	%D%/headers.sh \
	%D%/install.sh \
	%D%/layers.sh \
	%D%/ldns.sh \
	%D%/man.sh \
	%D%/manpages.sh \
	%D%/shell.sh \
	%D%/style.sh

TESTS += $(LINTS)
EXTRA_DIST += $(LINTS) \
	%D%/files.sh \
	%D%/ldns.allow \
	%D%/lib.sh \
	%D%/libresolvx.symbols

# The interface changed on purpose.
update-symbols: libresolvx.la
	@$(AM_TESTS_ENVIRONMENT) $(SHELL) $(srcdir)/%D%/exports.sh --update
