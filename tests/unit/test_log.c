/* test_log.c - who is asked, what arrives, and that one remark is one line */
#include "support/test.h"

#include <string.h>

#include "base/log.h"

struct seen {
    unsigned n;
    enum rvx_log_level level;
    char text[2048];
};

static void note_line(void *arg, enum rvx_log_level level, const char *text)
{
    struct seen *seen = arg;

    seen->n++;
    seen->level = level;
    assert_true(strlen(text) < sizeof seen->text);
    strcpy(seen->text, text);
}

static void test_levels(void **state)
{
    static const enum rvx_log_level levels[] = {RVX_LOG_NONE, RVX_LOG_WARNING, RVX_LOG_INFO, RVX_LOG_TRACE};
    size_t i, j;

    (void)state;
    for (i = 0; i < COUNT_OF(levels); i++) {
        for (j = 0; j < COUNT_OF(levels); j++) {
            struct seen seen = {0, RVX_LOG_NONE, ""};
            struct rvx__log log = {note_line, &seen, levels[i]};
            bool want = j > 0 && j <= i;

            assert_int_equal(rvx__log_wants(&log, levels[j]), want);
            rvx__log(&log, levels[j], "%s", "x");
            assert_int_equal(seen.n, want);
            assert_int_equal(seen.level, want ? levels[j] : RVX_LOG_NONE);
        }
    }
}

static void test_nobody(void **state)
{
    struct rvx__log log = {NULL, NULL, RVX_LOG_TRACE};

    (void)state;
    assert_false(rvx__log_wants(NULL, RVX_LOG_WARNING));
    assert_false(rvx__log_wants(&log, RVX_LOG_WARNING));
    rvx__log(NULL, RVX_LOG_WARNING, "%s", "x");
    rvx__log(&log, RVX_LOG_WARNING, "%s", "x");
}

static void test_format(void **state)
{
    struct seen seen = {0, RVX_LOG_NONE, ""};
    struct rvx__log log = {note_line, &seen, RVX_LOG_INFO};

    (void)state;
    rvx__log(&log, RVX_LOG_INFO, "%s:%d: unknown option \"%s\"", "resolv.conf", 12, "a\nWARNING: forged\x1b[m");
    assert_string_equal(seen.text, "resolv.conf:12: unknown option \"a\\x0aWARNING: forged\\x1b[m\"");
}

static void test_long_lines(void **state)
{
    struct seen seen = {0, RVX_LOG_NONE, ""};
    struct rvx__log log = {note_line, &seen, RVX_LOG_INFO};
    char text[3000];
    size_t len;

    (void)state;
    for (len = 1000; len < 1050; len++) {
        memset(text, 'a', len);
        text[len] = '\0';
        rvx__log(&log, RVX_LOG_INFO, "%s", text);
        if (len < 1024) {
            assert_string_equal(seen.text, text);
        } else {
            assert_int_equal(strlen(seen.text), 1023);
            assert_string_equal(seen.text + 1019, "a...");
        }
    }
    /* Short, but too long once it is made visible. */
    memset(text, '\x01', 500);
    text[500] = '\0';
    rvx__log(&log, RVX_LOG_INFO, "%s", text);
    assert_int_equal(strlen(seen.text), 1023);
    assert_string_equal(seen.text + 1020, "...");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_levels),
        cmocka_unit_test(test_nobody),
        cmocka_unit_test(test_format),
        cmocka_unit_test(test_long_lines),
    };

    return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
