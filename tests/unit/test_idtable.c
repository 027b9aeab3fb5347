/* test_idtable.c - queries by id, against a plain array */
#include "support/oom.h"
#include "support/test.h"

#include <errno.h>
#include <string.h>

#include <resolvx/err.h>

#include "resolver/channel.h"
#include "resolver/idtable.h"

static struct rvx__ask somebody;

static int put(struct rvx__idtable *table, unsigned id)
{
    return rvx__idtable_put(table, &(struct rvx__idtable_entry){&somebody, (uint16_t)id, (uint8_t)(id % 3)});
}

/* Puts in and takes out at random, with few ids so that they meet and wrap around. */
static void test_against_an_array(void **state)
{
    static const unsigned masks[] = {0x1f, 0x3f0f, 0xffff};

    (void)state;
    for (size_t m = 0; m < COUNT_OF(masks); m++) {
        struct rvx__idtable table = {.n = 0};
        static bool there[65536];
        uint32_t random = 12345;
        size_t n = 0;

        memset(there, 0, sizeof there);
        for (int step = 0; step < 20000; step++) {
            unsigned id;

            random = random * 1664525 + 1013904223;
            id = random >> 16 & masks[m];
            if (there[id])
                rvx__idtable_remove(&table, (uint16_t)id);
            else
                assert_int_equal(put(&table, id), 0);
            there[id] = !there[id];
            if (there[id])
                n++;
            else
                n--;
            assert_int_equal((unsigned)table.n, (unsigned)n);
            id = (random >> 8) & masks[m];
            assert_true((rvx__idtable_find(&table, (uint16_t)id) != NULL) == there[id]);
        }
        for (unsigned id = 0; id < 65536; id++) {
            const struct rvx__idtable_entry *entry = rvx__idtable_find(&table, (uint16_t)id);

            assert_true((entry != NULL) == there[id]);
            assert_true(entry == NULL || (entry->id == id && entry->slot == id % 3));
        }
        while (rvx__idtable_any(&table) != NULL)
            rvx__idtable_remove(&table, rvx__idtable_any(&table)->id);
        assert_int_equal(table.n, 0);
        rvx__idtable_fini(&table);
    }
}

static void test_empty(void **state)
{
    struct rvx__idtable table = {.n = 0};

    (void)state;
    assert_null(rvx__idtable_find(&table, 0));
    assert_null(rvx__idtable_any(&table));
    rvx__idtable_remove(&table, 7);
    assert_int_equal(put(&table, 7), 0);
    rvx__idtable_remove(&table, 8);
    rvx__idtable_remove(&table, 7);
    assert_null(rvx__idtable_find(&table, 7));
    rvx__idtable_fini(&table);
}

static void test_bounds(void **state)
{
    struct rvx__idtable table = {.n = 0};
    unsigned id = 0;

    (void)state;
    oom_fail_after(0);
    assert_int_equal(put(&table, 1), -ENOMEM);
    oom_off();
    while (id < RVX__IDTABLE_MAX)
        assert_int_equal(put(&table, id++), 0);
    assert_int_equal(put(&table, id), RVX_ELIMIT);
    rvx__idtable_fini(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_an_array),
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_bounds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
