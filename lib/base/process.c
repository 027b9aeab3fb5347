/* process.c - a page that fork(2) wipes
 *
 * madvise(2)'s MADV_WIPEONFORK, Linux 4.14: the child finds zeros where the parent wrote a one. getpid(2) would say the
 * same and is a system call, of which a DNS lookup would make five, a tenth of all that it costs. pthread_atfork(3) is
 * no way for a library: its handlers run in every fork of the program, and cannot be taken back.
 *
 * A page for each mark, as nothing in this library is static. Where the kernel does not know the advice, or has no page
 * to give, the process id is compared.
 */
#include <config.h>

#include "base/process.h"

#include <stddef.h>
#include <sys/mman.h>
#include <unistd.h>

static size_t page_size(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

/* A page with a one in it; NULL: there is none to be had. */
static uint8_t *map_page(size_t size)
{
#ifdef MADV_WIPEONFORK
    uint8_t *page = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (page == MAP_FAILED)
        return NULL;
    if (madvise(page, size, MADV_WIPEONFORK) == 0) {
        *page = 1;
        return page;
    }
    munmap(page, size);
#else
    (void)size;
#endif
    return NULL;
}

void rvx__process_init(struct rvx__process *process)
{
    process->pid = getpid();
    process->page = map_page(page_size());
}

void rvx__process_fini(struct rvx__process *process)
{
    if (process->page != NULL)
        munmap((void *)(uintptr_t)process->page, page_size());
    process->page = NULL;
}

bool rvx__process_is_own(const struct rvx__process *process)
{
    return process->page != NULL ? *process->page != 0 : process->pid == getpid();
}
