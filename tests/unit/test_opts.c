/* test_opts.c - options structs that can grow: sizes, unknown bytes, defaults */
#include "support/test.h"

#include <stdlib.h>
#include <string.h>

#include <resolvx/err.h>

#include "base/opts.h"

struct known {
    size_t size;
    int number;
    int other;
    void *pointer;
};

struct row {
    const char *name;
    size_t room;  /* bytes there really are */
    size_t claim; /* what `size` says */
    size_t set;   /* a byte at this place is not zero; 0: none */
    int want;
};

static const struct row rows[] = {
    {"exact", sizeof(struct known), sizeof(struct known), 0, 0},
    {"size only", sizeof(size_t), sizeof(size_t), 0, 0},
    {"older, cut in the middle", sizeof(size_t) + 4, sizeof(size_t) + 4, 0, 0},
    {"newer, zero tail", sizeof(struct known) + 40, sizeof(struct known) + 40, 0, 0},
    {"newer by a byte", sizeof(struct known) + 1, sizeof(struct known) + 1, 0, 0},
    {"newer, first unknown byte set", sizeof(struct known) + 40, sizeof(struct known) + 40, sizeof(struct known),
     RVX_EOPTIONS},
    {"newer, last unknown byte set", sizeof(struct known) + 40, sizeof(struct known) + 40, sizeof(struct known) + 39,
     RVX_EOPTIONS},
    {"newer, last known byte set", sizeof(struct known) + 40, sizeof(struct known) + 40, sizeof(struct known) - 1, 0},
    {"byte behind the claim is not looked at", sizeof(struct known) + 8, sizeof(struct known), sizeof(struct known), 0},
    {"zero", sizeof(struct known), 0, 0, RVX_EOPTIONS},
    {"smaller than its size field", sizeof(struct known), sizeof(size_t) - 1, 0, RVX_EOPTIONS},
    {"largest", RVX__OPTS_SIZE_MAX, RVX__OPTS_SIZE_MAX, 0, 0},
    {"larger than any", sizeof(struct known), RVX__OPTS_SIZE_MAX + 1, 0, RVX_EOPTIONS},
    {"uninitialised", sizeof(struct known), SIZE_MAX, 0, RVX_EOPTIONS},
};

/* A struct at the end of its allocation, so that reading past it is seen. */
static unsigned char *make(const struct row *row)
{
    unsigned char *bytes = calloc(1, row->room);

    assert_non_null(bytes);
    memcpy(bytes, &row->claim, sizeof row->claim);
    if (row->set != 0)
        bytes[row->set] = 1;
    return bytes;
}

static void test_check(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        unsigned char *bytes = make(&rows[i]);
        int result = rvx__opts_check(bytes, sizeof(struct known));

        if (result != rows[i].want)
            print_error("row %s\n", rows[i].name);
        assert_int_equal(result, rows[i].want);
        free(bytes);
    }
}

static void test_copy_agrees(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        unsigned char *bytes = make(&rows[i]);
        struct known copy;
        int result;

        memset(&copy, 0xaa, sizeof copy);
        result = rvx__opts_copy(&copy, sizeof copy, bytes);
        if (result != rows[i].want || copy.size != sizeof copy || copy.number != 0)
            print_error("row %s\n", rows[i].name);
        assert_int_equal(result, rows[i].want);
        assert_int_equal(copy.size, sizeof copy);
        assert_int_equal(copy.number, 0);
        assert_int_equal(copy.other, 0);
        free(bytes);
    }
}

static void test_copy_values(void **state)
{
    struct known src = {sizeof src, 7, 8, &src};
    struct known copy;

    (void)state;
    assert_int_equal(rvx__opts_copy(&copy, sizeof copy, &src), 0);
    assert_int_equal(copy.number, 7);
    assert_int_equal(copy.other, 8);
    assert_ptr_equal(copy.pointer, &src);

    src.size = offsetof(struct known, other); /* an older program's */
    assert_int_equal(rvx__opts_copy(&copy, sizeof copy, &src), 0);
    assert_int_equal(copy.size, sizeof copy);
    assert_int_equal(copy.number, 7);
    assert_int_equal(copy.other, 0);
    assert_null(copy.pointer);
}

static void test_null(void **state)
{
    struct known copy;

    (void)state;
    memset(&copy, 0xaa, sizeof copy);
    assert_int_equal(rvx__opts_check(NULL, sizeof(struct known)), 0);
    assert_int_equal(rvx__opts_copy(&copy, sizeof copy, NULL), 0);
    assert_int_equal(copy.size, sizeof copy);
    assert_int_equal(copy.number, 0);
    assert_null(copy.pointer);
}

static void test_refused_is_default(void **state)
{
    struct known src = {0, 7, 8, &src};
    struct known copy;

    (void)state;
    assert_int_equal(rvx__opts_copy(&copy, sizeof copy, &src), RVX_EOPTIONS);
    assert_int_equal(copy.size, sizeof copy);
    assert_int_equal(copy.number, 0);
    assert_null(copy.pointer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_check),        cmocka_unit_test(test_copy_agrees), cmocka_unit_test(test_copy_values),
        cmocka_unit_test(test_null),         cmocka_unit_test(test_refused_is_default),
    };

    return cmocka_run_group_tests_name("opts", tests, NULL, NULL);
}
