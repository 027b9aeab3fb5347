/* rnd.h - random bytes behind an interface that tests can replace */
#ifndef RVX_BASE_RND_H
#define RVX_BASE_RND_H

#include <stddef.h>

struct rvx__rnd {
    int (*fill)(void *self, void *bytes, size_t len); /* 0, or -errno */
    void *self;
};

/* getrandom(2). */
extern const struct rvx__rnd rvx__rnd_system;

#endif
