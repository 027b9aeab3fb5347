/* fakelibc.h - a C library for tests that knows what it is told, and can be made to hang
 *
 *     etc.base.libc = fakelibc_open();
 *     fakelibc_answer("host", 0, 0, "192.0.2.1 2001:db8::1");
 *     ...
 *     fakelibc_close();       waits for calls that still hang
 */
#ifndef TESTS_SUPPORT_FAKELIBC_H
#define TESTS_SUPPORT_FAKELIBC_H

#include <stdbool.h>

#include "resolver/backends.h"

const struct rvx__libc *fakelibc_open(void);
void fakelibc_close(void);

/* What getaddrinfo() gives for this host or service: a result with errno, and for result 0 addresses separated by
 * blanks (a host), or a port (a service). What getnameinfo() gives for an address as text: a name. Everything else is
 * EAI_NONAME. */
void fakelibc_answer(const char *name, int result, int error, const char *answer);

/* From now on calls hang until they are let go. */
void fakelibc_hang(void);
void fakelibc_let_go(void);

/* Waits until n calls hang; how many did at the same time, at most. */
void fakelibc_wait_hanging(unsigned n);
unsigned fakelibc_hanging_most(void);

/* How many calls there were, and the hints of the last one. */
unsigned fakelibc_calls(void);
struct addrinfo fakelibc_hints(void);

#endif
