/* test_no_ldns.c - a machine on which libldns cannot be loaded, or is something else: what needs DNS fails for now and
 * says why, everything else works, nothing is kept, and when the library is there again it is used
 *
 * dlopen(3) stands behind the linker's --wrap and gives another library, or none.
 */
#include "support/test.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include <resolvx/netdb.h>

#include "support/dnsworld.h"
#include "support/lookups.h"

enum fault { FAULT_NONE, FAULT_LIBRARY, FAULT_FUNCTION };

static enum fault fault;
static int open_libraries;
static char logged[512];

void *__real_dlopen(const char *file, int mode);
int __real_dlclose(void *handle);
void *__wrap_dlopen(const char *file, int mode);
int __wrap_dlclose(void *handle);

void *__wrap_dlopen(const char *file, int mode)
{
    static const char *const instead[] = {[FAULT_LIBRARY] = "libresolvx-none.so.0", [FAULT_FUNCTION] = "libc.so.6"};
    void *handle = __real_dlopen(fault == FAULT_NONE ? file : instead[fault], mode);

    open_libraries += handle != NULL;
    return handle;
}

int __wrap_dlclose(void *handle)
{
    open_libraries--;
    return __real_dlclose(handle);
}

static void keep_log(void *arg, enum rvx_log_level level, const char *text)
{
    (void)arg;
    (void)level;
    snprintf(logged, sizeof logged, "%s", text);
}

static void begin_without(struct world *w, enum fault what, const char *order)
{
    begin_world(w, 1);
    etc_write(&w->etc, "hosts", "192.0.2.99 file.example\n");
    w->etc.opts.host_order = order;
    w->etc.opts.log = keep_log;
    w->etc.opts.timeout = RVX_SECONDS(20);
    logged[0] = '\0';
    fault = what;
    open_libraries = 0;
    make_resolver(w);
}

static void look_up(struct world *w, enum lookup_kind kind, const char *name, bool on_loop, struct lookup_seen *seen)
{
    *seen = (struct lookup_seen){.calls = 0};
    if (on_loop) {
        assert_int_equal(lookup_start(kind, w->loop, w->resolver, name, 0, seen, NULL), 0);
        assert_int_equal(rvx_loop_run(w->loop), 0);
    } else {
        lookup_wait(kind, w->resolver, name, NULL, seen);
    }
    assert_int_equal(seen->calls, 1);
}

static void test_every_kind(void **state)
{
    static const char *const words[] = {"", "libresolvx-none.so.0", "undefined symbol: ldns_"};
    struct lookup_seen seen;

    (void)state;
    for (int what = FAULT_LIBRARY; what <= FAULT_FUNCTION; what++) {
        struct world w;

        begin_without(&w, (enum fault)what, "dns");
        for (int i = 0; i < 2 * LOOKUPS_N; i++) {
            enum lookup_kind kind = (enum lookup_kind)(i / 2);

            look_up(&w, kind, kind == LOOKUP_ADDR ? "192.0.2.1" : "one.example.", i % 2 != 0, &seen);
            if (seen.result != RVX_EUNAVAIL)
                fail_msg("%s: %s", lookup_names[kind], seen.text);
            assert_true(rvx_is_temporary(seen.result));
            assert_non_null(strstr(rvx_error_text(&seen.err), "no source could answer"));
            assert_non_null(strstr(logged, "DNS is not available"));
            assert_non_null(strstr(logged, words[what]));
        }
        assert_int_equal(open_libraries, 0);
        assert_int_equal(count_queries(&w), 0);
        fault = FAULT_NONE; /* it is there again */
        look_up(&w, LOOKUP_HOST, "one.example", false, &seen);
        assert_string_equal(seen.text, "192.0.2.1");
        assert_int_equal(open_libraries, 1);
        end(&w);
        assert_int_equal(open_libraries, 0);
    }
}

/* Sources that need no DNS go on. What they do not know is not "no such host": DNS might. */
static void test_other_sources(void **state)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct lookup_seen seen;
    struct addrinfo *list;
    struct world w;

    (void)state;
    begin_without(&w, FAULT_LIBRARY, "files,dns");
    for (int on_loop = 0; on_loop < 2; on_loop++) {
        look_up(&w, LOOKUP_HOST, "file.example", on_loop != 0, &seen);
        assert_string_equal(seen.text, "192.0.2.99");
        look_up(&w, LOOKUP_HOST, "192.0.2.3", on_loop != 0, &seen);
        assert_string_equal(seen.text, "192.0.2.3");
        assert_string_equal(logged, ""); /* nobody has missed the library yet */
    }
    look_up(&w, LOOKUP_HOST, "one.example", false, &seen);
    assert_int_equal(seen.result, RVX_EUNAVAIL);
    assert_int_equal(rvx_getaddrinfo_on(w.resolver, NULL, "one.example", "80", &hints, &list), EAI_AGAIN);
    assert_null(list);
    end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_kind),
        cmocka_unit_test(test_other_sources),
    };

    return cmocka_run_group_tests_name("no_ldns", tests, NULL, NULL);
}
