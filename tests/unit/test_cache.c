/* test_cache.c - the cache of answers under a clock of the test's own: times, bounds, order of use, negatives, stale */
#include "support/test.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dns/wire.h"
#include "resolver/cache.h"
#include "support/oom.h"

#define SECOND RVX_SECONDS(1)
#define NAME_A "\003www\007example"

static int fill_zero(void *self, void *bytes, size_t len)
{
    (void)self;
    memset(bytes, 0x5a, len);
    return 0;
}

static int fill_fail(void *self, void *bytes, size_t len)
{
    (void)self;
    (void)bytes;
    (void)len;
    return -EIO;
}

static const struct rvx__rnd plain_rnd = {.fill = fill_zero};
static const struct rvx__rnd broken_rnd = {.fill = fill_fail};

static struct rvx__cache *make_cache(size_t max, rvx_time stale_for)
{
    struct rvx__cache *cache;

    assert_int_equal(rvx__cache_new(max, stale_for, &plain_rnd, &cache), 0);
    return cache;
}

/* A message: the question and one record of `data_len` bytes, then an authority record that is to be cut away. */
struct reply {
    uint8_t bytes[2048];
    struct rvx__message message;
    struct rvx__finding finding;
};

static void add(struct reply *reply, size_t *len, const void *bytes, size_t n)
{
    memcpy(reply->bytes + *len, bytes, n);
    *len += n;
}

static void add_record(struct reply *reply, size_t *len, size_t data_len, char fill)
{
    const uint8_t head[] = {0xc0, 12, 0, 16, 0, 1, 0, 0, 0, 60, (uint8_t)(data_len >> 8), (uint8_t)data_len};

    add(reply, len, head, sizeof head);
    memset(reply->bytes + *len, fill, data_len);
    *len += data_len;
}

/* name: with its final zero byte. */
static void make_reply(struct reply *reply, const char *name, enum rvx__verdict verdict, uint32_t ttl, size_t data_len)
{
    static const uint8_t header[RVX__DNS_HEADER_LEN] = {0x12, 0x34, 0x81, 0x80, 0, 1, 0, 1, 0, 1, 0, 1};
    static const uint8_t tail[] = {0, 16, 0, 1};
    struct rvx__message *message = &reply->message;
    size_t len = 0;

    memset(reply, 0, sizeof *reply);
    add(reply, &len, header, sizeof header);
    message->at[RVX__DNS_QUESTION] = len;
    add(reply, &len, name, strlen(name) + 1);
    add(reply, &len, tail, sizeof tail);
    message->at[RVX__DNS_ANSWER] = len;
    add_record(reply, &len, data_len, 'a');
    message->at[RVX__DNS_AUTHORITY] = len;
    add_record(reply, &len, 20, 'b');
    message->at[RVX__DNS_ADDITIONAL] = len;
    message->has_opt = true;
    message->options = rvx__view_of(reply->bytes, 3);
    add_record(reply, &len, 20, 'c');
    message->end = len;
    message->bytes = rvx__view_of(reply->bytes, len);
    for (int i = 0; i < 4; i++)
        message->count[i] = 1;
    reply->finding = (struct rvx__finding){.verdict = verdict, .ttl = ttl, .cacheable = true, .records = 1};
    assert_true(rvx__name_set(&reply->finding.target, rvx__view_of(name, strlen(name) + 1)));
}

static struct rvx__cache_key key_of(const char *name)
{
    return (struct rvx__cache_key){.name = rvx__view_of(name, strlen(name) + 1), .type = 16, .class_ = 1, .servers = 1};
}

static void put(struct rvx__cache *cache, const char *name, enum rvx__verdict verdict, uint32_t ttl, rvx_time now)
{
    struct rvx__cache_key key = key_of(name);
    struct reply reply;

    make_reply(&reply, name, verdict, ttl, 4);
    rvx__cache_put(cache, &key, &reply.message, &reply.finding, 3, now);
}

static bool has(struct rvx__cache *cache, const char *name, rvx_time now)
{
    struct rvx__cache_key key = key_of(name);
    struct rvx__cache_hit hit;
    bool found = rvx__cache_get(cache, &key, now, &hit);

    if (found)
        rvx__cached_unref(hit.entry);
    return found;
}

static size_t count_entries(struct rvx__cache *cache)
{
    struct rvx__cache_size size;

    rvx__cache_size(cache, &size);
    return size.entries;
}

/* A hit is the answer up to its last record, with times of its own. */
static void test_hit(void **state)
{
    struct rvx__cache *cache = make_cache(0, 0);
    struct rvx__cache_key key = key_of(NAME_A);
    struct rvx__cache_hit hit;
    struct reply reply;

    (void)state;
    make_reply(&reply, NAME_A, RVX__VERDICT_ANSWER, 60, 700);
    reply.finding.hops = 2;
    reply.finding.ad = true;
    assert_false(rvx__cache_get(cache, &key, SECOND, &hit));
    rvx__cache_put(cache, &key, &reply.message, &reply.finding, 3, SECOND);
    assert_true(rvx__cache_get(cache, &key, 8 * SECOND, &hit));
    assert_int_equal(hit.finding.ttl, 53);
    assert_int_equal(hit.age, 7);
    assert_int_equal(hit.server, 3);
    assert_false(hit.stale);
    assert_int_equal(hit.finding.verdict, RVX__VERDICT_ANSWER);
    assert_int_equal(hit.finding.hops, 2);
    assert_true(hit.finding.ad);
    assert_true(rvx__name_equal(rvx__name_view(&hit.finding.target), key.name));
    assert_int_equal(hit.message.bytes.len, reply.message.at[RVX__DNS_AUTHORITY]);
    assert_int_equal(hit.message.end, hit.message.bytes.len);
    assert_memory_equal(hit.message.bytes.data, reply.bytes, 8);
    assert_memory_equal(hit.message.bytes.data + 8, "\0\0\0\0", 4);
    assert_memory_equal(hit.message.bytes.data + 12, reply.bytes + 12, hit.message.end - 12);
    assert_int_equal(hit.message.count[RVX__DNS_ANSWER], 1);
    assert_int_equal(hit.message.count[RVX__DNS_AUTHORITY], 0);
    assert_int_equal(hit.message.count[RVX__DNS_ADDITIONAL], 0);
    assert_false(hit.message.has_opt);
    rvx__cache_free(cache);
    assert_int_equal(rvx__view_at(hit.message.bytes, hit.message.end - 1), 'a'); /* it stays readable */
    rvx__cached_unref(hit.entry);
}

/* What is kept passes the gate again: it is a whole message. */
static void test_hit_is_message(void **state)
{
    static const uint8_t bytes[] =
        "\x12\x34\x81\x80\0\1\0\1\0\0\0\1\1x\0\0\1\0\1\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\300\0\2\1"
        "\0\0\x29\4\xd0\0\0\0\0\0";
    struct rvx__view view = rvx__view_of(bytes, sizeof bytes);
    const struct rvx__question question = {rvx__view_of("\1x", 3), 1, 1};
    struct rvx__cache *cache = make_cache(0, 0);
    struct rvx__cache_key key = {.name = question.name, .type = 1, .class_ = 1};
    struct rvx__message message, again;
    struct rvx__finding finding;
    struct rvx__cache_hit hit;
    struct rvx__rr rr;
    size_t at = 0;

    (void)state;
    assert_int_equal(rvx__gate_check(view, &message), RVX__GATE_OK);
    rvx__classify(&message, &question, &finding);
    rvx__cache_put(cache, &key, &message, &finding, 0, 0);
    assert_true(rvx__cache_get(cache, &key, 0, &hit));
    assert_int_equal(rvx__gate_check(hit.message.bytes, &again), RVX__GATE_OK);
    assert_int_equal(again.count[RVX__DNS_ANSWER], 1);
    assert_int_equal(again.count[RVX__DNS_ADDITIONAL], 0);
    assert_int_equal(again.end, hit.message.end);
    assert_true(rvx__finding_next(&hit.message, &question, &hit.finding, &at, &rr));
    assert_int_equal(rr.ttl, 60);
    assert_false(rvx__finding_next(&hit.message, &question, &hit.finding, &at, &rr));
    rvx__cached_unref(hit.entry);
    rvx__cache_free(cache);
}

struct ttl_row {
    const char *name;
    enum rvx__verdict verdict;
    uint32_t ttl;
    bool cacheable;
    uint32_t want; /* kept for as many seconds */
};

static void test_ttl(void **state)
{
    static const struct ttl_row rows[] = {
        {"answer", RVX__VERDICT_ANSWER, 60, true, 60},
        {"one second", RVX__VERDICT_ANSWER, 1, true, 1},
        {"zero", RVX__VERDICT_ANSWER, 0, true, 0},
        {"capped", RVX__VERDICT_ANSWER, UINT32_MAX, true, 86400},
        {"alias", RVX__VERDICT_ALIAS, 300, true, 300},
        {"no data", RVX__VERDICT_NODATA, 60, true, 60},
        {"no name", RVX__VERDICT_NXDOMAIN, 60, true, 60},
        {"no name, capped", RVX__VERDICT_NXDOMAIN, 86400, true, 900},
        {"no data, capped", RVX__VERDICT_NODATA, 901, true, 900},
        {"no data without SOA", RVX__VERDICT_NODATA, 60, false, 0},
        {"no name without SOA", RVX__VERDICT_NXDOMAIN, 60, false, 0},
        {"failure", RVX__VERDICT_SERVFAIL, 60, true, 0},
        {"lame", RVX__VERDICT_LAME, 60, true, 0},
        {"truncated", RVX__VERDICT_TRUNCATED, 60, true, 0},
    };
    struct rvx__cache_key key = key_of(NAME_A);

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct rvx__cache *cache = make_cache(0, 0);
        const rvx_time begin = 5 * SECOND + 1;
        struct reply reply;
        uint32_t kept = 0;

        make_reply(&reply, NAME_A, rows[i].verdict, rows[i].ttl, 4);
        reply.finding.cacheable = rows[i].cacheable;
        rvx__cache_put(cache, &key, &reply.message, &reply.finding, 0, begin);
        if (has(cache, NAME_A, begin)) {
            kept = rows[i].want;
            if (!has(cache, NAME_A, begin + kept * SECOND - 1) || has(cache, NAME_A, begin + kept * SECOND))
                kept = UINT32_MAX;
        }
        if (kept != rows[i].want)
            fail_msg("%s: kept for %u, want %u", rows[i].name, (unsigned)kept, (unsigned)rows[i].want);
        assert_int_equal(count_entries(cache), 0); /* what is past its time is taken out when it is met */
        rvx__cache_free(cache);
    }
}

/* The TTL that is told counts down and is never 0. */
static void test_countdown(void **state)
{
    struct rvx__cache *cache = make_cache(0, 0);
    struct rvx__cache_key key = key_of(NAME_A);
    struct rvx__cache_hit hit;

    (void)state;
    put(cache, NAME_A, RVX__VERDICT_ANSWER, 3, 0);
    for (rvx_time now = 0; now < 3 * SECOND; now += SECOND / 4) {
        assert_true(rvx__cache_get(cache, &key, now, &hit));
        assert_int_equal(hit.finding.ttl, 3 - now / SECOND);
        assert_int_equal(hit.age, now / SECOND);
        rvx__cached_unref(hit.entry);
    }
    rvx__cache_free(cache);
}

static void test_key(void **state)
{
    const struct rvx__cache_key base = key_of(NAME_A);
    struct rvx__cache_key keys[7];
    struct rvx__cache *cache = make_cache(0, 0);
    struct rvx__cache_hit hit;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(keys); i++)
        keys[i] = base;
    keys[0].name = rvx__view_of("\003WWW\007eXample", 13);
    keys[1].type = 1;
    keys[2].class_ = 3;
    keys[3].flags = RVX__KEY_DO;
    keys[4].flags = RVX__KEY_CD;
    keys[5].servers = (uint64_t)1 << 40 | 1;
    keys[6].name = rvx__view_of("\007www.exa\003mpl", 13);
    put(cache, NAME_A, RVX__VERDICT_ANSWER, 60, 0);
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        bool found = rvx__cache_get(cache, &keys[i], 0, &hit);

        if (found != (i == 0))
            fail_msg("key %zu: %d", i, found);
        if (found)
            rvx__cached_unref(hit.entry);
    }
    rvx__cache_free(cache);
}

/* A newer answer takes the place of the older, also one that is not kept itself. */
static void test_replace(void **state)
{
    struct rvx__cache *cache = make_cache(0, 10 * SECOND);
    struct rvx__cache_key key = key_of(NAME_A);
    struct rvx__cache_hit hit;

    (void)state;
    put(cache, NAME_A, RVX__VERDICT_ANSWER, 60, 0);
    put(cache, NAME_A, RVX__VERDICT_NXDOMAIN, 30, SECOND);
    assert_int_equal(count_entries(cache), 1);
    assert_true(rvx__cache_get(cache, &key, 2 * SECOND, &hit));
    assert_int_equal(hit.finding.verdict, RVX__VERDICT_NXDOMAIN);
    rvx__cached_unref(hit.entry);
    put(cache, NAME_A, RVX__VERDICT_ANSWER, 0, 3 * SECOND);
    assert_int_equal(count_entries(cache), 0);
    assert_false(rvx__cache_get_stale(cache, &key, 3 * SECOND, &hit));
    rvx__cache_free(cache);
}

static void name_number(char *name, size_t size, unsigned i)
{
    snprintf(name, size, "\006%06u\007example", i);
}

static void test_bound(void **state)
{
    static const size_t bounds[] = {1, 2000, 10000, 300000, 1 << 20, 4 << 20};
    char name[32];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(bounds); i++) {
        struct rvx__cache *cache = make_cache(bounds[i], 0);
        struct rvx__cache_size size;

        for (unsigned n = 0; n < 30000; n++) {
            name_number(name, sizeof name, n);
            put(cache, name, RVX__VERDICT_ANSWER, 60, 0);
        }
        rvx__cache_size(cache, &size);
        assert_true(size.bytes <= bounds[i]);
        assert_true(size.entries > bounds[i] / 800 || bounds[i] < 10000);
        rvx__cache_free(cache);
    }
}

/* What was not used for the longest time goes first. */
static void test_order_of_use(void **state)
{
    struct rvx__cache *cache = make_cache(20000, 0);
    char name[32];
    unsigned n = 0;

    (void)state;
    put(cache, NAME_A, RVX__VERDICT_ANSWER, 60, 0);
    do {
        assert_true(has(cache, NAME_A, 0)); /* used, so it stays */
        name_number(name, sizeof name, n++);
        put(cache, name, RVX__VERDICT_ANSWER, 60, 0);
        name_number(name, sizeof name, 0);
    } while (count_entries(cache) > n); /* until one went: not has(), which would be a use */
    assert_true(n > 10);
    assert_false(has(cache, name, 0));
    name_number(name, sizeof name, 1);
    assert_true(has(cache, name, 0));
    name_number(name, sizeof name, n);
    put(cache, name, RVX__VERDICT_ANSWER, 60, 0);
    name_number(name, sizeof name, 1);
    assert_true(has(cache, name, 0)); /* just used */
    name_number(name, sizeof name, 2);
    assert_false(has(cache, name, 0));
    assert_true(has(cache, NAME_A, 0));
    rvx__cache_free(cache);
}

/* One large answer does not drive out all others. */
static void test_large(void **state)
{
    struct rvx__cache *cache = make_cache(4000, 0);
    struct rvx__cache_key key = key_of("\005large");
    struct reply reply;

    (void)state;
    put(cache, NAME_A, RVX__VERDICT_ANSWER, 60, 0);
    make_reply(&reply, "\005large", RVX__VERDICT_ANSWER, 60, 1500);
    rvx__cache_put(cache, &key, &reply.message, &reply.finding, 0, 0);
    assert_false(has(cache, "\005large", 0));
    assert_true(has(cache, NAME_A, 0));
    rvx__cache_free(cache);
}

static void test_stale(void **state)
{
    struct rvx__cache *cache = make_cache(0, 100 * SECOND);
    struct rvx__cache_key key = key_of(NAME_A), negative = key_of("\002no");
    struct rvx__cache_hit hit;

    (void)state;
    put(cache, NAME_A, RVX__VERDICT_ANSWER, 60, 0);
    put(cache, "\002no", RVX__VERDICT_NXDOMAIN, 60, 0);
    assert_true(rvx__cache_get_stale(cache, &key, 59 * SECOND, &hit));
    assert_false(hit.stale);
    assert_int_equal(hit.finding.ttl, 1);
    rvx__cached_unref(hit.entry);
    assert_false(rvx__cache_get(cache, &key, 60 * SECOND, &hit));
    assert_false(rvx__cache_get(cache, &negative, 60 * SECOND, &hit));
    assert_true(rvx__cache_get_stale(cache, &key, 159 * SECOND, &hit));
    assert_true(hit.stale);
    assert_int_equal(hit.finding.ttl, RVX__CACHE_STALE_TTL);
    assert_int_equal(hit.age, 159);
    rvx__cached_unref(hit.entry);
    assert_false(rvx__cache_get_stale(cache, &negative, 60 * SECOND, &hit));
    assert_false(rvx__cache_get_stale(cache, &key, 160 * SECOND, &hit));
    assert_int_equal(count_entries(cache), 0);
    rvx__cache_free(cache);

    cache = make_cache(0, 0);
    put(cache, NAME_A, RVX__VERDICT_ANSWER, 60, 0);
    assert_false(rvx__cache_get_stale(cache, &key, 30 * SECOND, &hit));
    rvx__cache_free(cache);
}

static void test_flush(void **state)
{
    static const char *const names[] = {"\007example", "\003www\007EXAMPLE", "\001a\003www\007example", "\003net",
                                        "\010xexample"};
    static const struct {
        const char *flush;
        const char *left; /* of the names, one digit each */
    } rows[] = {
        {NULL, ""}, {"\007example", "34"}, {"\003wWw\007example", "034"}, {"\003net", "0124"}, {"\003org", "01234"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const char *flush = rows[i].flush;
        struct rvx__cache *cache = make_cache(0, 0);
        char left[8] = "";

        for (size_t n = 0; n < COUNT_OF(names); n++)
            put(cache, names[n], RVX__VERDICT_ANSWER, 60, 0);
        rvx__cache_flush(cache, flush != NULL ? rvx__view_of(flush, strlen(flush) + 1) : rvx__view_text(NULL));
        for (size_t n = 0; n < COUNT_OF(names); n++) {
            if (has(cache, names[n], 0))
                left[strlen(left)] = (char)('0' + n);
        }
        assert_string_equal(left, rows[i].left);
        assert_int_equal(count_entries(cache), strlen(left));
        rvx__cache_free(cache);
    }
}

static void test_off(void **state)
{
    struct rvx__cache_key key = key_of(NAME_A);
    struct rvx__cache_hit hit;

    (void)state;
    put(NULL, NAME_A, RVX__VERDICT_ANSWER, 60, 0);
    assert_false(has(NULL, NAME_A, 0));
    assert_false(rvx__cache_get_stale(NULL, &key, 0, &hit));
    rvx__cache_flush(NULL, rvx__view_text(NULL));
    assert_int_equal(count_entries(NULL), 0);
    rvx__cache_free(NULL);
}

static void test_failures(void **state)
{
    struct rvx__cache *cache;
    unsigned n;

    (void)state;
    assert_int_equal(rvx__cache_new(0, 0, &broken_rnd, &cache), -EIO);
    assert_null(cache);
    oom_fail_after(0);
    assert_int_equal(rvx__cache_new(0, 0, &plain_rnd, &cache), -ENOMEM);
    assert_null(cache);
    oom_off();
    for (n = 0;; n++) {
        cache = make_cache(100000, 0); /* one shard: its table grows with the second entry */
        put(cache, "\001x", RVX__VERDICT_ANSWER, 60, 0);
        oom_fail_after(n);
        put(cache, NAME_A, RVX__VERDICT_ANSWER, 60, 0);
        oom_off();
        assert_true(has(cache, "\001x", 0));
        if (!oom_failed())
            break;
        if (n == 0)
            assert_false(has(cache, NAME_A, 0)); /* the entry; the table only grows less */
        rvx__cache_free(cache);
    }
    assert_int_equal(n, 2);
    assert_true(has(cache, NAME_A, 0));
    rvx__cache_free(cache);
}

/* An entry that is in no cache, handed on. */
static void test_entry(void **state)
{
    const struct rvx__cached *entry;
    struct rvx__cache_hit hit;
    struct reply reply;

    (void)state;
    make_reply(&reply, NAME_A, RVX__VERDICT_ANSWER, 0, 4);
    entry = rvx__cached_new(&reply.message, &reply.finding, 2, SECOND);
    assert_non_null(entry);
    rvx__cached_read(rvx__cached_ref(entry), 3 * SECOND, &hit);
    assert_int_equal(hit.finding.ttl, 0);
    assert_int_equal(hit.server, 2);
    assert_false(hit.stale);
    rvx__cached_unref(hit.entry);
    rvx__cached_unref(entry);
    oom_fail_after(0);
    assert_null(rvx__cached_new(&reply.message, &reply.finding, 2, SECOND));
    oom_off();
}

#define THREADS 4
#define ROUNDS 3000

struct shared {
    struct rvx__cache *cache;
    atomic_uint hits;
};

static void *use_cache(void *arg)
{
    struct shared *shared = arg;
    struct rvx__cache_hit hit;
    char name[32];

    for (unsigned i = 0; i < ROUNDS; i++) {
        struct rvx__cache_key key;

        name_number(name, sizeof name, i % 50);
        key = key_of(name);
        if (rvx__cache_get(shared->cache, &key, (rvx_time)i * SECOND / 10, &hit)) {
            if (rvx__view_at(hit.message.bytes, hit.message.end - 1) == 'a')
                atomic_fetch_add(&shared->hits, 1);
            rvx__cached_unref(hit.entry);
        } else {
            put(shared->cache, name, RVX__VERDICT_ANSWER, 10, (rvx_time)i * SECOND / 10);
        }
        if (i % 500 == 499)
            rvx__cache_flush(shared->cache, rvx__view_text(NULL));
    }
    return NULL;
}

static void test_threads(void **state)
{
    struct shared shared = {.cache = make_cache(30000, 0)};
    pthread_t threads[THREADS];

    (void)state;
    atomic_init(&shared.hits, 0);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, use_cache, &shared), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    assert_true(atomic_load(&shared.hits) > ROUNDS);
    rvx__cache_free(shared.cache);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hit),      cmocka_unit_test(test_hit_is_message),
        cmocka_unit_test(test_ttl),      cmocka_unit_test(test_countdown),
        cmocka_unit_test(test_key),      cmocka_unit_test(test_replace),
        cmocka_unit_test(test_bound),    cmocka_unit_test(test_order_of_use),
        cmocka_unit_test(test_large),    cmocka_unit_test(test_stale),
        cmocka_unit_test(test_flush),    cmocka_unit_test(test_off),
        cmocka_unit_test(test_failures), cmocka_unit_test(test_entry),
        cmocka_unit_test(test_threads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
