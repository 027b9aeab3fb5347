/* test_dns_search.c - which names are tried for a host, and in which order */
#include "support/test.h"

#include <stdio.h>
#include <string.h>

#include "dns/search.h"
#include "support/describe.h"
#include "support/exact.h"

#define DOMAINS_MAX 8
#define L63 "abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz0"

static const struct search_row {
    const char *text;
    const char *domains; /* between blanks */
    unsigned ndots;
    bool no_tld_query;
    const char *want;
} rows[] = {
    /* go-net.md 4.6.1: rooted, just itself */
    {"host.", "a.com b.org", 1, false, "host"},
    {"host.example.", "a.com b.org", 5, false, "host.example"},
    {".", "a.com", 1, false, "."},
    /* 4.6.2: the dots decide */
    {"host", "a.com b.org", 1, false, "host.a.com host.b.org host"},
    {"host.x", "a.com b.org", 1, false, "host.x host.x.a.com host.x.b.org"},
    {"host.x", "a.com b.org", 2, false, "host.x.a.com host.x.b.org host.x"},
    {"host", "a.com", 0, false, "host host.a.com"},
    {"a.b.c", "d", 2, false, "a.b.c a.b.c.d"},
    {"a.b.c", "d", 3, false, "a.b.c.d a.b.c"},
    {"host", "", 1, false, "host"},
    {"Host", "A.Com", 1, false, "Host.A.Com Host"},
    /* with and without a dot at the end */
    {"host", "a.com. b.org.", 1, false, "host.a.com host.b.org host"},
    /* the root as a domain, and what is no domain */
    {"host", ". a.com", 1, false, "host.a.com host"},
    {"host", ".", 1, false, "host"},
    {"host", "a..b a.com", 1, false, "host.a.com host"},
    /* the same twice is for resolv.conf to notice */
    {"host", "a.com a.com", 1, false, "host.a.com host.a.com host"},
    /* 4.6.3: too long with a domain, and what must not leak */
    {"host", L63 "." L63 "." L63 "." L63 " a.com", 1, false, "host.a.com host"},
    {"host", "x.onion a.com", 1, false, "host.a.com host"},
    {"host", "invalid ALT a.com", 1, false, "host.a.com host"},
    {"host", "localhost a.com", 1, false, "host.a.com host"},
    {"abc.onion", "a.com", 1, false, "abc.onion.a.com"},
    {"onion", "a.com", 1, false, "onion.a.com"},
    {"onion.", "a.com", 1, false, ""},
    {"x.invalid.", "a.com", 1, false, ""},
    {"host.local", "a.com", 1, false, "host.local host.local.a.com"},
    /* no-tld-query */
    {"host", "a.com b.org", 1, true, "host.a.com host.b.org"},
    {"host", "a.com b.org", 0, true, "host.a.com host.b.org"},
    {"host", "", 1, true, "host"},
    {"host", ".", 1, true, "host"},
    {"host", "x.onion", 1, true, "host"},
    {"host.", "a.com", 1, true, "host"},
    {"host.x", "a.com", 1, true, "host.x host.x.a.com"},
    {"host.x", "a.com", 2, true, "host.x.a.com host.x"},
    /* 3.2: no host name */
    {"", "a.com", 1, false, "none"},
    {"..", "a.com", 1, false, "none"},
    {".a", "a.com", 1, false, "none"},
    {"a..b", "a.com", 1, false, "none"},
    {"a..", "a.com", 1, false, "none"},
    {"123", "a.com", 1, false, "none"},
    {"127.1", "a.com", 1, false, "none"},
    {"1.2.3.4.", "a.com", 1, false, "none"},
    {"-host", "a.com", 1, false, "none"},
    {"host-.x", "a.com", 1, false, "none"},
    {"a b", "a.com", 1, false, "none"},
    {"h\xc3\xb6st", "a.com", 1, false, "none"},
    {"a\\.b", "a.com", 1, false, "none"},
    {L63 "x", "a.com", 1, false, "none"},
    {"_srv._tcp.host", "a.com", 1, false, "_srv._tcp.host _srv._tcp.host.a.com"},
    {"3com", "a.com", 1, false, "3com.a.com 3com"},
};

/* Splits at blanks; the pointers lead into `storage`. */
static size_t split(const char *text, char *storage, size_t size, const char **words)
{
    size_t n = 0;
    char *at;

    assert_true(strlen(text) < size);
    memcpy(storage, text, strlen(text) + 1);
    for (at = strtok(storage, " "); at != NULL; at = strtok(NULL, " ")) {
        assert_true(n < DOMAINS_MAX);
        words[n++] = at;
    }
    return n;
}

static void describe_search(struct description *description, struct rvx__view text, const struct rvx__search_opts *opts)
{
    char words[RVX__NAME_TEXT_SIZE];
    struct rvx__search search;
    struct rvx__name name;

    describe_start(description);
    if (!rvx__search_init(&search, text, opts))
        describe_word(description, "none");
    while (rvx__search_next(&search, &name)) {
        rvx__name_text(rvx__name_view(&name), words);
        describe_word(description, words);
    }
    assert_int_equal(name.len, 0);
    assert_false(rvx__search_next(&search, &name));
}

static void test_rows(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < COUNT_OF(rows); i++) {
        const char *domains[DOMAINS_MAX];
        char storage[512];
        struct rvx__search_opts opts = {.domains = domains, .ndots = rows[i].ndots};
        struct exact text = exact_text(rows[i].text);
        struct description got;

        opts.no_tld_query = rows[i].no_tld_query;
        opts.domains_n = split(rows[i].domains, storage, sizeof storage, domains);
        describe_search(&got, text.view, &opts);
        assert_row_text(rows[i].text, describe_end(&got), rows[i].want);
        exact_free(&text);
    }
}

/* Kubernetes permits 32 domains and 2,048 bytes; nothing here ends at either. */
static void test_long_lists(void **state)
{
    enum { N = 1000 };
    static char texts[N][80];
    static const char *domains[N];
    struct rvx__search_opts opts = {.domains = domains, .domains_n = N, .ndots = 5};
    struct rvx__search search;
    struct rvx__name name;
    char text[RVX__NAME_TEXT_SIZE], want[128];
    size_t i;

    (void)state;
    for (i = 0; i < N; i++) {
        snprintf(texts[i], sizeof texts[i], "domain-%zu.with-a-name-of-some-length.svc.cluster.local", i);
        domains[i] = texts[i];
    }
    assert_true(rvx__search_init(&search, rvx__view_text("a.host"), &opts));
    for (i = 0; i < N; i++) {
        assert_true(rvx__search_next(&search, &name));
        rvx__name_text(rvx__name_view(&name), text);
        snprintf(want, sizeof want, "a.host.%s", domains[i]);
        assert_string_equal(text, want);
    }
    assert_true(rvx__search_next(&search, &name));
    rvx__name_text(rvx__name_view(&name), text);
    assert_string_equal(text, "a.host");
    assert_false(rvx__search_next(&search, &name));
}

/* Names of 253 bytes are names; a domain makes them too long. */
static void test_length(void **state)
{
    static const char *const domains[] = {"a", "ab"};
    struct rvx__search_opts opts = {.domains = domains, .domains_n = 2, .ndots = 1};
    struct rvx__search search;
    struct rvx__name name;
    char text[256] = L63 "." L63 "." L63 ".";
    size_t len;

    (void)state;
    for (len = 248; len <= 255; len++) {
        unsigned n = 0;

        memset(text + 192, 'x', len - 192);
        if (len > 255 - 1)
            text[len - 1] = '.';
        if (!rvx__search_init(&search, rvx__view_of(text, len), &opts)) {
            assert_true(len == 254 || len == 255);
            continue;
        }
        while (rvx__search_next(&search, &name))
            n++;
        /* The name, ".a" in 2 more bytes, ".ab" in 3. */
        assert_int_equal(n, 1 + (len + 2 <= 253) + (len + 3 <= 253));
        assert_true(len <= 253);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_long_lists),
        cmocka_unit_test(test_length),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
