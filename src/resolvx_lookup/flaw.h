/* flaw.h - what is wrong with a name that nobody was asked for */
#ifndef RESOLVX_LOOKUP_FLAW_H
#define RESOLVX_LOOKUP_FLAW_H

/* What keeps a host's or domain's name from being one, in words; NULL: nothing that can be seen. */
const char *flaw_of(const char *name);

#endif
