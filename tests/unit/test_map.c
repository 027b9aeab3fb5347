/* test_map.c - the hash against two others, the map against a plain array, growth, tombstones, bounds, no memory */
#include "support/test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <resolvx/err.h>

#include "base/map.h"
#include "support/exact.h"
#include "support/oom.h"

static const struct rvx__map_seed seed = {0x0706050403020100, 0x0f0e0d0c0b0a0908};

/* SipHash-1-3 written once more, byte by byte from the paper, as an oracle. */
static uint64_t rotl(uint64_t x, int b)
{
    return x << b | x >> (64 - b);
}

static void slow_round(uint64_t v[4])
{
    v[0] += v[1], v[1] = rotl(v[1], 13), v[1] ^= v[0], v[0] = rotl(v[0], 32);
    v[2] += v[3], v[3] = rotl(v[3], 16), v[3] ^= v[2];
    v[0] += v[3], v[3] = rotl(v[3], 21), v[3] ^= v[0];
    v[2] += v[1], v[1] = rotl(v[1], 17), v[1] ^= v[2], v[2] = rotl(v[2], 32);
}

static uint64_t slow_siphash(struct rvx__map_seed key, const unsigned char *bytes, size_t len)
{
    uint64_t v[4] = {key.k0 ^ 0x736f6d6570736575, key.k1 ^ 0x646f72616e646f6d, key.k0 ^ 0x6c7967656e657261,
                     key.k1 ^ 0x7465646279746573};
    size_t words = len / 8 + 1, i, j;

    for (i = 0; i < words; i++) {
        uint64_t m = 0;

        for (j = 0; j < 8; j++) {
            size_t at = 8 * i + j;
            uint64_t byte = at < len ? bytes[at] : j == 7 ? len & 0xff : 0;

            m |= byte << 8 * j;
        }
        v[3] ^= m;
        slow_round(v);
        v[0] ^= m;
    }
    v[2] ^= 0xff;
    for (i = 0; i < 3; i++)
        slow_round(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

static void test_siphash(void **state)
{
    unsigned char bytes[300];
    size_t len;

    (void)state;
    for (len = 0; len < sizeof bytes; len++)
        bytes[len] = (unsigned char)(len * 167 + 13);
    for (len = 0; len < sizeof bytes; len++) {
        struct exact input = exact_bytes(bytes, len);

        assert_int_equal(rvx__siphash(seed, input.view), slow_siphash(seed, bytes, len));
        exact_free(&input);
    }
    /* Another seed, another hash. */
    assert_int_not_equal(rvx__siphash(seed, rvx__view_text("a")),
                         rvx__siphash((struct rvx__map_seed){1, 2}, rvx__view_text("a")));
    assert_int_equal(rvx__siphash(seed, rvx__view_of(NULL, 0)), slow_siphash(seed, NULL, 0));
}

/* Values of CPython 3.11, whose hash of bytes is SipHash-1-3 with keys 0, 0 under PYTHONHASHSEED=0. */
static void test_siphash_elsewhere(void **state)
{
    static const struct {
        const char *text;
        uint64_t hash;
    } rows[] = {
        {"a", 0x407448d2b89b1813},
        {"ssh", 0x2de46388e9328f5d},
        {"http", 0x7d6f1c8842f9f527},
        {"https", 0xd566837d1e2f2664},
        {"postgres", 0x835ad83c3c0d4ea2},
        {"tcp/https", 0x75836e0c3633ba9b},
        {"submissions", 0xb5aabd9c012ee2dc},
        {"the quick brown fox jumps over", 0xad7dbf39b6f5e689},
    };
    size_t i;

    (void)state;
    for (i = 0; i < COUNT_OF(rows); i++)
        assert_int_equal(rvx__siphash((struct rvx__map_seed){0, 0}, rvx__view_text(rows[i].text)), rows[i].hash);
}

static void test_empty_map(void **state)
{
    struct rvx__map map;
    size_t at = 0;

    (void)state;
    rvx__map_init(&map, seed, 10);
    assert_null(rvx__map_get(&map, rvx__view_text("a")));
    assert_null(rvx__map_del(&map, rvx__view_text("a")));
    assert_null(rvx__map_next(&map, &at));
    rvx__map_fini(&map);
}

static void test_put_get_del(void **state)
{
    struct rvx__map map;
    struct rvx__view empty = rvx__view_of(NULL, 0), nul = rvx__view_of("\0", 1);
    char a, b, c;

    (void)state;
    rvx__map_init(&map, seed, 10);
    assert_int_equal(rvx__map_put(&map, rvx__view_text("key"), &a), 0);
    assert_int_equal(rvx__map_put(&map, empty, &b), 0);
    assert_int_equal(rvx__map_put(&map, nul, &c), 0);
    assert_ptr_equal(rvx__map_get(&map, rvx__view_text("key")), &a);
    assert_ptr_equal(rvx__map_get(&map, rvx__view_text("")), &b);
    assert_ptr_equal(rvx__map_get(&map, nul), &c);
    assert_null(rvx__map_get(&map, rvx__view_text("Key")));
    assert_int_equal(rvx__map_put(&map, rvx__view_text("key"), &b), 0);
    assert_int_equal(map.n, 3);
    assert_ptr_equal(rvx__map_del(&map, rvx__view_text("key")), &b);
    assert_null(rvx__map_del(&map, rvx__view_text("key")));
    assert_null(rvx__map_get(&map, rvx__view_text("key")));
    assert_int_equal(map.n, 2);
    rvx__map_fini(&map);
    assert_int_equal(map.n, 0);
    assert_null(rvx__map_get(&map, empty));
}

/* The key first put stays when the value changes, so it may outlive the second one. */
static void test_old_key_stays(void **state)
{
    struct rvx__map map;
    struct exact second = exact_text("key");
    char a, b;
    size_t at = 0;
    const char *first = "key";

    (void)state;
    rvx__map_init(&map, seed, 10);
    rvx__map_put(&map, rvx__view_text(first), &a);
    rvx__map_put(&map, second.view, &b);
    exact_free(&second);
    assert_ptr_equal(rvx__map_next(&map, &at)->key.data, first);
    assert_ptr_equal(rvx__map_get(&map, rvx__view_text("key")), &b);
    rvx__map_fini(&map);
}

static void test_limit(void **state)
{
    struct rvx__map map;
    char value;

    (void)state;
    rvx__map_init(&map, seed, 2);
    assert_int_equal(rvx__map_put(&map, rvx__view_text("a"), &value), 0);
    assert_int_equal(rvx__map_put(&map, rvx__view_text("b"), &value), 0);
    assert_int_equal(rvx__map_put(&map, rvx__view_text("c"), &value), RVX_ELIMIT);
    assert_int_equal(rvx__map_put(&map, rvx__view_text("a"), &value), 0); /* not a new entry */
    rvx__map_del(&map, rvx__view_text("a"));
    assert_int_equal(rvx__map_put(&map, rvx__view_text("c"), &value), 0);
    rvx__map_fini(&map);
    rvx__map_init(&map, seed, 0);
    assert_int_equal(rvx__map_put(&map, rvx__view_text("a"), &value), RVX_ELIMIT);
    rvx__map_fini(&map);
}

#define KEYS 700

struct model {
    char names[KEYS][8];
    bool present[KEYS];
    size_t n;
};

static void check_model(const struct rvx__map *map, const struct model *model)
{
    bool seen[KEYS] = {false};
    struct rvx__map_slot *slot;
    size_t at = 0, n = 0, i;

    for (i = 0; i < KEYS; i++) {
        const void *want = model->present[i] ? model->names[i] : NULL;

        assert_ptr_equal(rvx__map_get(map, rvx__view_text(model->names[i])), want);
    }
    while ((slot = rvx__map_next(map, &at)) != NULL) {
        size_t key = strtoul(slot->key.data + 1, NULL, 10);

        assert_true(key < KEYS && model->present[key] && !seen[key]);
        seen[key] = true;
        n++;
    }
    assert_int_equal(n, model->n);
    assert_int_equal(map->n, model->n);
}

/* A long pseudo-random walk of puts and dels, compared with an array all along. */
static void test_against_model(void **state)
{
    struct model *model = calloc(1, sizeof *model);
    struct rvx__map map;
    uint32_t random = 1;
    size_t i, step;

    (void)state;
    assert_non_null(model);
    for (i = 0; i < KEYS; i++)
        snprintf(model->names[i], sizeof model->names[i], "k%zu", i);
    rvx__map_init(&map, seed, KEYS);
    for (step = 0; step < 40000; step++) {
        struct rvx__view key;

        random = random * 1664525 + 1013904223;
        i = (random >> 8) % KEYS;
        key = rvx__view_text(model->names[i]);
        /* The balance tips to and fro, so the map fills, empties and fills again. */
        if ((random >> 24) % 8 < (step / 5000 % 2 == 0 ? 6U : 2U)) {
            assert_int_equal(rvx__map_put(&map, key, model->names[i]), 0);
            model->n += !model->present[i];
            model->present[i] = true;
        } else {
            assert_ptr_equal(rvx__map_del(&map, key), model->present[i] ? model->names[i] : NULL);
            model->n -= model->present[i];
            model->present[i] = false;
        }
        if (step % 1000 == 0)
            check_model(&map, model);
    }
    check_model(&map, model);
    assert_true(map.cap <= 2048);
    rvx__map_fini(&map);
    free(model);
}

/* Entries that come and go do not make the table grow. */
static void test_tombstones_vanish(void **state)
{
    struct rvx__map map;
    char name[16], value;
    unsigned i;

    (void)state;
    rvx__map_init(&map, seed, 4);
    for (i = 0; i < 10000; i++) {
        snprintf(name, sizeof name, "n%u", i);
        assert_int_equal(rvx__map_put(&map, rvx__view_text(name), &value), 0);
        assert_ptr_equal(rvx__map_get(&map, rvx__view_text(name)), &value);
        assert_ptr_equal(rvx__map_del(&map, rvx__view_text(name)), &value);
    }
    assert_int_equal(map.n, 0);
    assert_true(map.cap <= 16);
    rvx__map_fini(&map);
}

static void test_out_of_memory(void **state)
{
    static char names[200][8];
    unsigned n;
    size_t i;

    (void)state;
    for (i = 0; i < COUNT_OF(names); i++)
        snprintf(names[i], sizeof names[i], "k%zu", i);
    for (n = 0;; n++) {
        struct rvx__map map;
        unsigned failures = 0;

        rvx__map_init(&map, seed, COUNT_OF(names));
        oom_fail_after(n);
        for (i = 0; i < COUNT_OF(names); i++) {
            int rc = rvx__map_put(&map, rvx__view_text(names[i]), names[i]);

            /* What was in the map stays, and a second try succeeds. */
            if (rc < 0) {
                assert_int_equal(rc, -ENOMEM);
                assert_int_equal(map.n, i);
                failures++;
                i--;
            }
        }
        oom_off();
        for (i = 0; i < COUNT_OF(names); i++)
            assert_ptr_equal(rvx__map_get(&map, rvx__view_text(names[i])), names[i]);
        rvx__map_fini(&map);
        assert_int_equal(failures, oom_failed());
        if (!oom_failed())
            break;
    }
    assert_in_range(n, 4, 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_siphash),        cmocka_unit_test(test_siphash_elsewhere),
        cmocka_unit_test(test_empty_map),      cmocka_unit_test(test_put_get_del),
        cmocka_unit_test(test_old_key_stays),  cmocka_unit_test(test_limit),
        cmocka_unit_test(test_against_model),  cmocka_unit_test(test_tombstones_vanish),
        cmocka_unit_test(test_out_of_memory),
    };

    return cmocka_run_group_tests_name("map", tests, NULL, NULL);
}
