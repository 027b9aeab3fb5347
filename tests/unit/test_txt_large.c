/* test_txt_large.c - TXT sets that fill a message of 64 KB, over TCP: more than libldns could read at a bearable
 * cost */
#include "support/test.h"

#include <stdio.h>
#include <string.h>

#include "support/dnsserver.h"
#include "support/etc.h"

#define STRING_LEN 78
#define STRINGS 820u /* 64,780 bytes */

/* "000123......" */
static void make_string(unsigned i, char string[STRING_LEN + 1])
{
    memset(string, '.', STRING_LEN);
    string[STRING_LEN] = '\0';
    snprintf(string, 7, "%06u", i);
    string[6] = '.';
}

static void put_u16(uint8_t *bytes, unsigned number)
{
    bytes[0] = (uint8_t)(number >> 8);
    bytes[1] = (uint8_t)number;
}

/* Appends a TXT record of the question's name with strings from a number on. */
static size_t put_record(uint8_t *bytes, unsigned first, unsigned n)
{
    static const uint8_t head[] = {0xc0, 12, 0, 16, 0, 1, 0, 0, 0, 60};
    size_t at = sizeof head + 2;

    memcpy(bytes, head, sizeof head);
    put_u16(bytes + sizeof head, n * (STRING_LEN + 1));
    for (unsigned i = 0; i < n; i++) {
        char string[STRING_LEN + 1];

        make_string(first + i, string);
        bytes[at] = STRING_LEN;
        memcpy(bytes + at + 1, string, STRING_LEN);
        at += STRING_LEN + 1;
    }
    return at;
}

/* "one" has all strings in one record, "many" has 20 in each of 41. */
static void handle(void *arg, struct dnsserver_query *query)
{
    static uint8_t bytes[65535];
    unsigned per_record = (query->name[0] | 0x20) == 'o' ? STRINGS : 20;
    size_t len = dnsserver_make(query, 0, "", bytes, 512);

    (void)arg;
    if (query->conn == NULL) {
        dnsserver_answer(query, 0x200, "");
        return;
    }
    put_u16(bytes + 6, STRINGS / per_record);
    for (unsigned i = 0; i < STRINGS; i += per_record)
        len += put_record(bytes + len, i, per_record);
    dnsserver_send(query, bytes, len);
}

struct world {
    struct etc etc;
    struct dnsserver *server;
    struct rvx_resolver *resolver;
    char addr[RVX_ADDR_STRLEN];
};

static rvx_time read_now(void *self)
{
    (void)self;
    return rvx_now();
}

static void begin(struct world *w)
{
    struct rvx_addr addr;

    memset(w, 0, sizeof *w);
    etc_init(&w->etc);
    w->etc.clock.now = read_now;
    w->server = dnsserver_start(handle, w);
    addr = dnsserver_addr(w->server);
    w->etc.opts.servers = rvx_addr_text(&addr, w->addr);
    w->etc.opts.host_order = "dns";
    w->resolver = etc_resolver(&w->etc);
}

static void end(struct world *w)
{
    rvx_resolver_free(w->resolver);
    dnsserver_stop(w->server);
    etc_fini(&w->etc);
}

static const struct {
    const char *name;
    unsigned records;
} rows[] = {{"one.example.", 1}, {"many.example.", STRINGS / 20}};

static void test_lookup(void **state)
{
    char want[STRING_LEN + 1];
    struct world w;

    (void)state;
    begin(&w);
    for (size_t i = 0; i < 2 * COUNT_OF(rows); i++) { /* again from the cache */
        struct rvx_txts *txts;
        struct rvx_error err;
        unsigned number = 0;

        if (rvx_lookup_txt(w.resolver, rows[i / 2].name, NULL, &txts, &err) < 0)
            fail_msg("%s", rvx_error_text(&err));
        assert_int_equal(txts->n, rows[i / 2].records);
        for (size_t r = 0; r < txts->n; r++) {
            assert_int_equal(txts->v[r].text.len, STRING_LEN * txts->v[r].strings_n);
            for (size_t s = 0; s < txts->v[r].strings_n; s++) {
                make_string(number++, want);
                assert_int_equal(txts->v[r].strings[s].len, STRING_LEN);
                assert_memory_equal(txts->v[r].strings[s].data, want, STRING_LEN);
            }
        }
        assert_int_equal(number, STRINGS);
        rvx_txts_free(txts);
    }
    end(&w);
}

/* In words: each string in its quotes. */
static void test_query(void **state)
{
    char want[STRING_LEN + 3] = "\"";
    struct world w;

    (void)state;
    begin(&w);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct rvx_records *records;
        struct rvx_error err;
        unsigned number = 0;

        if (rvx_query(w.resolver, rows[i].name, 16, NULL, &records, &err) < 0)
            fail_msg("%s", rvx_error_text(&err));
        assert_int_equal(records->n, rows[i].records);
        for (size_t r = 0; r < records->n; r++) {
            for (const char *text = records->v[r].text; text != NULL && *text != '\0'; text += STRING_LEN + 2) {
                text += *text == ' ' ? 1 : 0;
                make_string(number++, want + 1);
                want[STRING_LEN + 1] = '"';
                assert_int_equal(strncmp(text, want, STRING_LEN + 2), 0);
            }
        }
        assert_int_equal(number, STRINGS);
        rvx_records_free(records);
    }
    end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lookup),
        cmocka_unit_test(test_query),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
