/* test_cell.c - a pointer that is replaced under its readers: what they look at stays, and all is dropped once */
#include "support/test.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/list.h"
#include "resolver/cell.h"

#define MAGIC 0x5eed

struct thing {
    struct rvx__cell_item item;
    unsigned magic;
    unsigned number;
};

static atomic_uint drops;

static struct thing *thing_of(struct rvx__cell_item *item)
{
    return RVX__OWNER(item, struct thing, item);
}

static void drop(struct rvx__cell_item *item)
{
    struct thing *thing = thing_of(item);

    assert_int_equal(thing->magic, MAGIC);
    thing->magic = 0;
    free(thing);
    drops++;
}

static struct rvx__cell_item *new_thing(unsigned number)
{
    struct thing *thing = calloc(1, sizeof *thing);

    assert_non_null(thing);
    thing->magic = MAGIC;
    thing->number = number;
    return &thing->item;
}

static void test_empty(void **state)
{
    struct rvx__cell cell;
    unsigned place;

    (void)state;
    drops = 0;
    rvx__cell_init(&cell, drop);
    assert_null(rvx__cell_enter(&cell, &place));
    rvx__cell_leave(&cell, place);
    rvx__cell_replace(&cell, new_thing(1));
    rvx__cell_replace(&cell, NULL);
    assert_int_equal(drops, 1);
    rvx__cell_fini(&cell);
    assert_int_equal(drops, 1);
}

/* An item is dropped when its last reader has left and another item comes, not before. */
static void test_reader_keeps(void **state)
{
    struct rvx__cell cell;
    struct rvx__cell_item *first, *second;
    unsigned place[3];

    (void)state;
    drops = 0;
    rvx__cell_init(&cell, drop);
    rvx__cell_replace(&cell, new_thing(1));
    first = rvx__cell_enter(&cell, &place[0]);
    rvx__cell_replace(&cell, new_thing(2));
    assert_int_equal(drops, 0);
    assert_int_equal(thing_of(first)->number, 1);

    /* Sections nest: this one began after the replacement. */
    second = rvx__cell_enter(&cell, &place[1]);
    assert_int_equal(thing_of(second)->number, 2);
    assert_ptr_equal(rvx__cell_enter(&cell, &place[2]), second);
    rvx__cell_leave(&cell, place[0]);
    rvx__cell_replace(&cell, new_thing(3));
    assert_int_equal(thing_of(second)->number, 2);
    rvx__cell_leave(&cell, place[1]);
    assert_int_equal(thing_of(second)->magic, MAGIC);
    rvx__cell_leave(&cell, place[2]);
    rvx__cell_replace(&cell, new_thing(4));
    assert_int_equal(drops, 3);
    rvx__cell_fini(&cell);
    assert_int_equal(drops, 4);
}

#define READERS 8
#define REPLACEMENTS 2000

struct hammer {
    struct rvx__cell cell;
    atomic_bool end;
    atomic_uint bad;
};

static void *read_on(void *arg)
{
    struct hammer *hammer = arg;
    unsigned last = 0;

    while (!hammer->end) {
        unsigned place;
        struct thing *thing = thing_of(rvx__cell_enter(&hammer->cell, &place));

        if (thing->magic != MAGIC || thing->number < last)
            hammer->bad++;
        last = thing->number;
        rvx__cell_leave(&hammer->cell, place);
    }
    return NULL;
}

static void test_threads(void **state)
{
    struct hammer *hammer = calloc(1, sizeof *hammer);
    pthread_t threads[READERS];

    (void)state;
    assert_non_null(hammer);
    drops = 0;
    rvx__cell_init(&hammer->cell, drop);
    rvx__cell_replace(&hammer->cell, new_thing(0));
    for (int i = 0; i < READERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, read_on, hammer), 0);
    for (unsigned i = 1; i <= REPLACEMENTS; i++)
        rvx__cell_replace(&hammer->cell, new_thing(i));
    hammer->end = true;
    for (int i = 0; i < READERS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(hammer->bad, 0);
    rvx__cell_fini(&hammer->cell);
    assert_int_equal(drops, REPLACEMENTS + 1);
    free(hammer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_reader_keeps),
        cmocka_unit_test(test_threads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
