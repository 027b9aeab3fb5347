/* test_codec.c - the shapes of queries that libldns makes, byte by byte */
#include "support/oom.h"
#include "support/test.h"

#include <errno.h>
#include <string.h>

#include "resolver/codec.h"
#include "resolver/resolver.h"

static const struct rvx__log no_log = {.write = NULL};

/* Header, ". IN A", and OPT with 1232 bytes. */
static void test_shapes(void **state)
{
    const struct rvx__shape *shapes;
    struct rvx__codec *codec;

    (void)state;
    assert_int_equal(rvx__codec_new(&no_log, &codec), 0);
    shapes = rvx__codec_shapes(codec);
    for (unsigned flags = 0; flags < RVX__SHAPES_N; flags++) {
        uint8_t want[28] = {0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 1, 0, 0, 41, 1232 >> 8, 1232 & 0xff};
        bool edns = (flags & RVX__SHAPE_EDNS) != 0;

        want[2] = (flags & RVX__SHAPE_NO_RD) != 0 ? 0 : 1;
        want[3] = (uint8_t)((flags & RVX__SHAPE_AD ? 0x20 : 0) | (flags & RVX__SHAPE_CD ? 0x10 : 0));
        want[11] = edns ? 1 : 0;
        want[24] = edns && (flags & RVX__SHAPE_DO) != 0 ? UINT8_C(0x80) : 0;
        assert_int_equal(shapes[flags].len, edns ? 28 : 17);
        assert_int_equal(shapes[flags].has_opt, edns);
        assert_memory_equal(shapes[flags].bytes, want, shapes[flags].len);
    }
    rvx__codec_unref(rvx__codec_ref(codec));
    rvx__codec_unref(codec);
    rvx__codec_unref(NULL);
}

static void test_one_for_a_resolver(void **state)
{
    struct rvx__codec *codec, *again;
    struct rvx_resolver *resolver;

    (void)state;
    assert_int_equal(rvx_resolver_new(NULL, &resolver, NULL), 0);
    oom_fail_after(0);
    assert_int_equal(rvx__resolver_codec(resolver, &codec), -ENOMEM);
    oom_off();
    assert_null(codec);
    assert_int_equal(rvx__resolver_codec(resolver, &codec), 0);
    assert_int_equal(rvx__resolver_codec(resolver, &again), 0);
    assert_ptr_equal(codec, again);
    rvx_resolver_free(resolver);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shapes),
        cmocka_unit_test(test_one_for_a_resolver),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
