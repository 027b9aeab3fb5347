/* process.h - is this still the process that made it?
 *
 * After fork(2) a child has copies of everything, and what it does to descriptors is felt in its parent. Whoever owns
 * such things keeps a mark, and looks at it before each use: a read of memory, not a system call.
 *
 * A child of vfork(2) runs in its parent's memory and is not told apart; it may do nothing but exec anyway.
 */
#ifndef RVX_BASE_PROCESS_H
#define RVX_BASE_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct rvx__process {
    const volatile uint8_t *page; /* its first byte is 1, and 0 in every child; NULL: compare `pid` */
    pid_t pid;
};

/* Marks the process that calls. Cannot fail. */
void rvx__process_init(struct rvx__process *process);
void rvx__process_fini(struct rvx__process *process);

/* Does this run in the process that was marked?  Thread: any. */
bool rvx__process_is_own(const struct rvx__process *process);

#endif
