/* test_process.c - base/process: marks, in the process that made them and in its children */
#include "support/test.h"

#include <sys/wait.h>
#include <unistd.h>

#include "base/process.h"

/* What a child finds. */
static bool is_own_in_child(const struct rvx__process *process)
{
    pid_t pid = fork();
    int status;

    assert_true(pid >= 0);
    if (pid == 0)
        _exit(rvx__process_is_own(process) ? 1 : 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status) != 0;
}

static void test_a_mark_is_its_process_alone(void **state)
{
    struct rvx__process process;

    (void)state;
    rvx__process_init(&process);
    assert_true(rvx__process_is_own(&process));
    assert_false(is_own_in_child(&process));
    assert_true(rvx__process_is_own(&process)); /* the child wiped its own copy */
    rvx__process_fini(&process);
}

static void test_without_a_page_the_process_id_says_it(void **state)
{
    struct rvx__process process = {.page = NULL, .pid = getpid()};

    (void)state;
    assert_true(rvx__process_is_own(&process));
    assert_false(is_own_in_child(&process));
    rvx__process_fini(&process);
}

static void test_a_child_marks_itself(void **state)
{
    struct rvx__process process;
    pid_t pid;
    int status;

    (void)state;
    rvx__process_init(&process);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        rvx__process_fini(&process);
        rvx__process_init(&process);
        _exit(rvx__process_is_own(&process) && !is_own_in_child(&process) ? 0 : 1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    rvx__process_fini(&process);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_mark_is_its_process_alone),
        cmocka_unit_test(test_without_a_page_the_process_id_says_it),
        cmocka_unit_test(test_a_child_marks_itself),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
