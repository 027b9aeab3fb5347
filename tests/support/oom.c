/* oom.c - allocations that fail when a test wants it
 *
 * The linker's --wrap sends every call from one object file to another here and names the real function __real_*. The
 * counters are atomic, since some code under test has threads.
 */
#include "support/oom.h"

#include <stdatomic.h>
#include <stddef.h>

void *__real_rvx__malloc(size_t size);
void *__real_rvx__calloc(size_t n, size_t size);
void *__real_rvx__realloc(void *p, size_t n, size_t size);
void *__wrap_rvx__malloc(size_t size);
void *__wrap_rvx__calloc(size_t n, size_t size);
void *__wrap_rvx__realloc(void *p, size_t n, size_t size);
const char *__asan_default_options(void);

static atomic_bool armed;
static atomic_bool lasting; /* those behind the victim fail as well */
static atomic_uint victim;  /* the number of the allocation that fails */
static atomic_uint asked;
static atomic_bool refused;

/* AddressSanitizer asks here. It would end the program over a size that no memory has, where malloc(3) gives NULL. */
const char *__asan_default_options(void)
{
    return "allocator_may_return_null=1";
}

static void arm(unsigned n, bool all)
{
    armed = false;
    lasting = all;
    victim = n;
    asked = 0;
    refused = false;
    armed = true;
}

void oom_fail_after(unsigned n)
{
    arm(n, false);
}

void oom_fail_from(unsigned n)
{
    arm(n, true);
}

void oom_off(void)
{
    armed = false;
}

unsigned oom_count(void)
{
    return asked;
}

bool oom_failed(void)
{
    return refused;
}

static bool must_fail(void)
{
    unsigned number;

    if (!armed)
        return false;
    number = atomic_fetch_add(&asked, 1);
    if (lasting ? number < victim : number != victim)
        return false;
    refused = true;
    return true;
}

void *__wrap_rvx__malloc(size_t size)
{
    return must_fail() ? NULL : __real_rvx__malloc(size);
}

void *__wrap_rvx__calloc(size_t n, size_t size)
{
    return must_fail() ? NULL : __real_rvx__calloc(n, size);
}

void *__wrap_rvx__realloc(void *p, size_t n, size_t size)
{
    return must_fail() ? NULL : __real_rvx__realloc(p, n, size);
}
