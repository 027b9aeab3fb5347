/* test_rnd.c - random bytes, and a kernel that interrupts, gives less than it was asked for, or none
 *
 * The linker puts __wrap_getrandom() in front of the C library's getrandom(2).
 */
#include "support/test.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include "base/rnd.h"

ssize_t __real_getrandom(void *bytes, size_t len, unsigned flags);
ssize_t __wrap_getrandom(void *bytes, size_t len, unsigned flags);

/* What the next calls answer: so many bytes, or -errno; behind the script's end the kernel does. */
static const int *script;
static size_t script_n;
static unsigned calls;

ssize_t __wrap_getrandom(void *bytes, size_t len, unsigned flags)
{
    int answer;

    calls++;
    if (script_n == 0)
        return __real_getrandom(bytes, len, flags);
    answer = *script++;
    script_n--;
    if (answer < 0) {
        errno = -answer;
        return -1;
    }
    assert_true((size_t)answer <= len);
    memset(bytes, answer, (size_t)answer);
    return answer;
}

static void play(const int *answers, size_t n)
{
    script = answers;
    script_n = n;
    calls = 0;
}

static int fill(void *bytes, size_t len)
{
    return rvx__rnd_system.fill(rvx__rnd_system.self, bytes, len);
}

static void test_kernel(void **state)
{
    static unsigned char a[4096], b[4096];
    unsigned counts[256] = {0};
    size_t i;

    (void)state;
    play(NULL, 0);
    assert_int_equal(fill(a, sizeof a), 0);
    assert_int_equal(fill(b, sizeof b), 0);
    assert_memory_not_equal(a, b, sizeof a);
    for (i = 0; i < sizeof a; i++)
        counts[a[i]]++;
    /* 16 of each are expected; 80 of any would be a one in 10^25. */
    for (i = 0; i < 256; i++)
        assert_true(counts[i] < 80);
}

static void test_nothing(void **state)
{
    (void)state;
    play(NULL, 0);
    assert_int_equal(fill(NULL, 0), 0);
    assert_int_equal(calls, 0);
}

/* Interrupted, then 3 bytes, interrupted again, and the other 5. */
static void test_in_pieces(void **state)
{
    static const int answers[] = {-EINTR, 3, -EINTR, -EINTR, 5};
    char bytes[9] = {0};

    (void)state;
    play(answers, COUNT_OF(answers));
    assert_int_equal(fill(bytes, 8), 0);
    assert_int_equal(calls, 5);
    assert_memory_equal(bytes, "\3\3\3\5\5\5\5\5\0", 9);
}

static void test_failure(void **state)
{
    static const int answers[] = {4, -ENOSYS};
    char bytes[8];

    (void)state;
    play(answers, COUNT_OF(answers));
    assert_int_equal(fill(bytes, sizeof bytes), -ENOSYS);
    assert_int_equal(calls, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kernel),
        cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_in_pieces),
        cmocka_unit_test(test_failure),
    };

    return cmocka_run_group_tests_name("rnd", tests, NULL, NULL);
}
