/* test_modules.c - a source that nobody knows becomes a module: found, refused, looked for once */
#include "support/test.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <resolvx/resolvx.h>

static char etc[64], broken[64];
static char modules[512]; /* where the build has put resolvx_tiny.so */
static char remarks[4096];

static void keep_log(void *arg, enum rvx_log_level level, const char *text)
{
    size_t len = strlen(remarks);

    (void)arg;
    snprintf(remarks + len, sizeof remarks - len, "%d %s\n", (int)level, text);
}

static unsigned count_remarks(const char *text)
{
    unsigned n = 0;

    for (const char *at = remarks; (at = strstr(at, text)) != NULL; at++)
        n++;
    return n;
}

static void write_file(const char *dir, const char *name, const char *text)
{
    char path[128];
    FILE *file;

    snprintf(path, sizeof path, "%s/%s", dir, name);
    file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static struct rvx_resolver *make_resolver(const char *module_dir, const char *order)
{
    struct rvx_resolver_opts opts = RVX_RESOLVER_OPTS_INIT;
    struct rvx_resolver *resolver;

    remarks[0] = '\0';
    opts.etc_dir = etc;
    opts.module_dir = module_dir;
    opts.host_order = order;
    opts.log = keep_log;
    opts.log_level = RVX_LOG_INFO;
    assert_int_equal(rvx_resolver_new(&opts, &resolver, NULL), 0);
    return resolver;
}

/* The last byte of the address, or the error. */
static int look_up(struct rvx_resolver *resolver, const char *name)
{
    struct rvx_addrs *addrs;
    int rc = rvx_lookup_host(resolver, "ip", name, NULL, &addrs, NULL);

    if (rc == 0)
        rc = addrs->v[0].ip[3];
    rvx_addrs_free(addrs);
    return rc;
}

static void test_order(void **state)
{
    struct rvx_resolver *resolver = make_resolver(modules, "files,tiny");

    (void)state;
    assert_int_equal(look_up(resolver, "tiny.example"), 200);
    assert_int_equal(look_up(resolver, "huge.example"), RVX_ENOTFOUND);
    assert_int_equal(count_remarks("loaded for the source tiny"), 1);
    rvx_resolver_free(resolver);
}

static void test_nsswitch(void **state)
{
    struct rvx_resolver *resolver;

    (void)state;
    write_file(etc, "nsswitch.conf", "hosts: files tiny [NOTFOUND=return] ../tiny\nservices: files tiny\n");
    resolver = make_resolver(modules, NULL);
    assert_int_equal(look_up(resolver, "tiny.example"), 200);
    assert_int_equal(look_up(resolver, "huge.example"), RVX_ENOTFOUND);
    assert_int_equal(count_remarks("loaded for the source tiny"), 1);
    rvx_resolver_free(resolver);
}

static void test_without(void **state)
{
    struct rvx_resolver *resolver = make_resolver(NULL, "files,tiny");

    (void)state;
    assert_int_equal(look_up(resolver, "tiny.example"), RVX_ENOBACKEND);
    rvx_resolver_free(resolver);
    resolver = make_resolver(modules, "files,none");
    assert_int_equal(look_up(resolver, "tiny.example"), RVX_ENOBACKEND);
    rvx_resolver_free(resolver);
}

/* Files that are no modules, or another's: said once, in words, with their path. */
static void test_broken(void **state)
{
    char from[600], to[128];
    struct rvx_resolver *resolver;

    (void)state;
    write_file(broken, "resolvx_text.so", "not an object\n");
    snprintf(from, sizeof from, "%s/resolvx_tiny.so", modules);
    snprintf(to, sizeof to, "%s/resolvx_wrong.so", broken);
    assert_int_equal(symlink(from, to), 0);
    resolver = make_resolver(broken, "text,wrong");
    for (int i = 0; i < 3; i++)
        assert_int_equal(look_up(resolver, "tiny.example"), RVX_ENOBACKEND);
    assert_int_equal(count_remarks("1 "), 2 + count_remarks("no backend for the source"));
    assert_int_equal(count_remarks("/resolvx_text.so: "), 1);
    assert_int_equal(count_remarks("/resolvx_wrong.so: no module for the source wrong"), 1);
    rvx_resolver_free(resolver);
    unlink(to);
    snprintf(to, sizeof to, "%s/resolvx_text.so", broken);
    unlink(to);
}

static void *look_up_once(void *arg)
{
    return (void *)(intptr_t)look_up(arg, "tiny.example");
}

/* Threads that meet at the first lookup all get the module. */
static void test_threads(void **state)
{
    (void)state;
    for (int round = 0; round < 20; round++) {
        struct rvx_resolver *resolver = make_resolver(modules, "tiny");
        pthread_t threads[4];

        for (int i = 0; i < 4; i++)
            assert_int_equal(pthread_create(&threads[i], NULL, look_up_once, resolver), 0);
        for (int i = 0; i < 4; i++) {
            void *got;

            assert_int_equal(pthread_join(threads[i], &got), 0);
            assert_int_equal((intptr_t)got, 200);
        }
        rvx_resolver_free(resolver);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order),  cmocka_unit_test(test_without), cmocka_unit_test(test_nsswitch),
        cmocka_unit_test(test_broken), cmocka_unit_test(test_threads),
    };
    const char *top = getenv("abs_top_builddir");
    const char *tmp = getenv("TMPDIR");
    char path[128];
    int rc;

    unsetenv("RESOLVX");
    snprintf(modules, sizeof modules, "%s/tests/unit/.libs", top != NULL ? top : ".");
    snprintf(path, sizeof path, "%s", tmp != NULL && strlen(tmp) < 24 ? tmp : "/tmp");
    snprintf(etc, sizeof etc, "%.30s/resolvx-etc-XXXXXX", path);
    snprintf(broken, sizeof broken, "%.30s/resolvx-modules-XXXXXX", path);
    if (mkdtemp(etc) == NULL || mkdtemp(broken) == NULL)
        return 1;
    rc = cmocka_run_group_tests(tests, NULL, NULL);
    snprintf(path, sizeof path, "%s/nsswitch.conf", etc);
    unlink(path);
    rmdir(etc);
    rmdir(broken);
    return rc;
}
