/* test_threads.c - threads of a program whose thread-local storage is larger than their stack was to be */
#include "support/test.h"

#include <stdatomic.h>
#include <string.h>

#include "net/threads.h"

static _Thread_local char large[256 * 1024]; /* taken from every thread's stack */

static void use_large(void *arg)
{
    atomic_uint *ran = arg;

    memset(large, 1, sizeof large);
    (*ran)++;
}

static void test_small_stacks(void **state)
{
    static const size_t sizes[] = {1, (size_t)16 * 1024, (size_t)128 * 1024, (size_t)1024 * 1024};
    struct rvx__threads threads;
    atomic_uint ran = 0;

    (void)state;
    assert_int_equal(rvx__threads_init(&threads), 0);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        int rc = rvx__threads_start(&threads, use_large, &ran, sizes[i]);

        if (rc != 0)
            fail_msg("a stack of %zu bytes: %d", sizes[i], rc);
    }
    rvx__threads_fini(&threads);
    assert_int_equal(ran, sizeof sizes / sizeof sizes[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_small_stacks),
    };

    return cmocka_run_group_tests_name("threads", tests, NULL, NULL);
}
