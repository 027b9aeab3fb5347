/* test_hostile.c - this library against every mode of hostile-dns
 *
 * Every mode is asked for over UDP and over TCP only, for A, AAAA and PTR, each lookup with a resolver of its own, so
 * that what one learns of the server is not known to the next. All of them run at once on one loop against a server in
 * a child. Wanted is what the mode's table says; never the attacker's data, and never "no such host" where it is not
 * wanted. A failed lookup is printed with what it said.
 *
 * Usage by hand: test_hostile [MODE...] tries only these, and tells every result.
 */
#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <resolvx/records.h>
#include <resolvx/resolver.h>

#include "hostile/serve.h"

#define TRY_MS 1000
#define PATIENCE_MS 15000
#define AT_ONCE 96

enum kind { KIND_A, KIND_AAAA, KIND_PTR, KINDS };

static const char *const kind_names[] = {"A", "AAAA", "PTR"};

/* One lookup, and what came of it. */
struct attempt {
    struct matrix *matrix;
    const struct mode *mode;
    size_t number;
    bool tcp;
    enum kind kind;
    struct rvx_resolver *resolver;
    bool done;
    int result;
    size_t n; /* answers */
    bool good;
    bool evil;
    char text[256]; /* the first answer, or what went wrong */
};

struct matrix {
    struct rvx_loop *loop;
    struct attempt *attempts;
    size_t n;
    size_t started;
    uint16_t port;
    int stop;
    pid_t pid;
};

/* Modes chosen by hand; NULL: all. */
static char **chosen;

/* ---- the server -------------------------------------------------------------------------------------------------- */

static void start_server(struct matrix *matrix)
{
    static struct server server;
    int stop[2];

    assert_int_equal(server_open(&server, "127.0.0.1", 0), 0);
    assert_int_equal(pipe(stop), 0);
    matrix->port = server.port;
    matrix->stop = stop[1];
    matrix->pid = fork();
    assert_true(matrix->pid >= 0);
    if (matrix->pid == 0) {
        close(stop[1]);
        server_run(&server, stop[0]);
        server_close(&server);
        _exit(0);
    }
    close(stop[0]);
    server_close(&server);
}

/* ---- lookups ----------------------------------------------------------------------------------------------------- */

static void keep_answer(struct attempt *attempt, const char *text, const char *good, const char *evil)
{
    attempt->good |= strcmp(text, good) == 0;
    attempt->evil |= strcmp(text, evil) == 0;
    if (attempt->n++ == 0)
        snprintf(attempt->text, sizeof attempt->text, "%s", text);
}

static void start_next(struct matrix *matrix);

static void keep_end(struct attempt *attempt, int result, const struct rvx_error *err)
{
    struct rvx_error copy;

    attempt->done = true;
    attempt->result = result;
    if (result < 0) {
        copy = *err;
        snprintf(attempt->text, sizeof attempt->text, "%s", rvx_error_text(&copy));
    }
    start_next(attempt->matrix);
}

/* Host names and the like, as RFC 952 and its successors have them: nothing else is to reach a program. */
static bool is_plain_name(const char *name)
{
    return strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") == strlen(name);
}

static void take_addrs(void *arg, int result, struct rvx_addrs *addrs, const struct rvx_error *err)
{
    struct attempt *attempt = arg;

    keep_end(attempt, result, err);
    for (size_t i = 0; result == 0 && i < addrs->n; i++) {
        char text[RVX_ADDR_STRLEN];

        rvx_addr_host_text(&addrs->v[i], text);
        keep_answer(attempt, text, attempt->kind == KIND_A ? GOOD_A : GOOD_AAAA,
                    attempt->kind == KIND_A ? EVIL_A : EVIL_AAAA);
    }
    rvx_addrs_free(addrs);
}

static void take_names(void *arg, int result, struct rvx_names *names, const struct rvx_error *err)
{
    struct attempt *attempt = arg;

    keep_end(attempt, result, err);
    for (size_t i = 0; result == 0 && i < names->n; i++) {
        keep_answer(attempt, names->v[i], GOOD_NAME, EVIL_NAME);
        attempt->evil |= !is_plain_name(names->v[i]);
    }
    rvx_names_free(names);
}

static struct rvx_resolver *make_resolver(const struct matrix *matrix, bool tcp)
{
    struct rvx_resolver_opts opts = RVX_RESOLVER_OPTS_INIT;
    struct rvx_resolver *resolver;
    char servers[32];

    snprintf(servers, sizeof servers, "127.0.0.1:%u", (unsigned)matrix->port);
    opts.etc_dir = "/nonexistent";
    opts.host_order = "dns";
    opts.servers = servers;
    opts.search = ".";
    opts.timeout = RVX_MILLISECONDS(TRY_MS);
    opts.attempts = 2;
    opts.dns_flags = tcp ? RVX_DNS_TCP : 0;
    assert_int_equal(rvx_resolver_new(&opts, &resolver, NULL), 0);
    return resolver;
}

static void start_attempt(const struct matrix *matrix, struct attempt *attempt)
{
    static const char *const networks[] = {"ip4", "ip6"};
    rvx_time deadline = rvx_after(RVX_MILLISECONDS(PATIENCE_MS));
    char name[128];
    int result;

    attempt->resolver = make_resolver(matrix, attempt->tcp);
    if (attempt->kind == KIND_PTR) {
        snprintf(name, sizeof name, "198.18.%zu.%d", attempt->number, attempt->tcp + 1);
        result = rvx_lookup_addr_start(matrix->loop, attempt->resolver, name, deadline, take_names, attempt, NULL);
    } else {
        snprintf(name, sizeof name, "%s.%s." ZONE, attempt->tcp ? "tcp" : "udp", attempt->mode->name);
        result = rvx_lookup_host_start(matrix->loop, attempt->resolver, networks[attempt->kind], name, deadline,
                                       take_addrs, attempt, NULL);
    }
    assert_int_equal(result, 0);
}

/* Every lookup that ends starts another one: so many wait for each other that the slow ones cost no time, but not so
 * many that a slow machine has none for any. */
static void start_next(struct matrix *matrix)
{
    if (matrix->started < matrix->n)
        start_attempt(matrix, &matrix->attempts[matrix->started++]);
}

static bool is_chosen(const struct mode *mode)
{
    for (char **name = chosen; name != NULL && *name != NULL; name++) {
        if (strcmp(*name, mode->name) == 0)
            return true;
    }
    return chosen == NULL;
}

/* ---- judging ----------------------------------------------------------------------------------------------------- */

/* What is wrong with how a lookup ended; NULL: nothing. */
static const char *find_fault(const struct attempt *attempt)
{
    enum want want = attempt->tcp ? attempt->mode->tcp : attempt->mode->udp;
    bool many = strcmp(attempt->mode->name, "big") == 0;

    if (!attempt->done)
        return "did not end";
    if (attempt->evil)
        return "the attacker's data";
    if (attempt->result == RVX_ENOTFOUND && want != WANT_NEGATIVE && want != WANT_NOTHING)
        return "a false \"no such host\"";
    if (attempt->result == 0 && (!attempt->good || (many ? attempt->n < 60 : attempt->n != 1)))
        return "not the good answer alone";
    switch (want) {
    case WANT_GOOD:
        return attempt->result == 0 ? NULL : "no answer";
    case WANT_GOOD_OR_FAIL:
        return NULL;
    case WANT_FAIL:
    case WANT_NOTHING:
        return attempt->result < 0 ? NULL : "an answer out of nowhere";
    case WANT_NEGATIVE:
        return attempt->result == RVX_ENOTFOUND ? NULL : "not \"no such host\"";
    }
    return "no such want";
}

static size_t judge(const struct matrix *matrix)
{
    size_t faults = 0;

    for (size_t i = 0; i < matrix->n; i++) {
        const struct attempt *attempt = &matrix->attempts[i];
        const char *fault = find_fault(attempt);

        faults += fault != NULL;
        if (fault != NULL || chosen != NULL)
            print_error("%-20s %s %-4s %s: %s\n", attempt->mode->name, attempt->tcp ? "tcp" : "udp",
                        kind_names[attempt->kind], fault != NULL ? fault : "right", attempt->text);
    }
    return faults;
}

static void test_matrix(void **state)
{
    struct matrix matrix = {.n = 0};
    const struct mode *mode;
    size_t room = 0;
    int status;

    (void)state;
    while (mode_at(room) != NULL)
        room++;
    matrix.attempts = calloc(room * KINDS * 2, sizeof *matrix.attempts);
    assert_non_null(matrix.attempts);
    start_server(&matrix);
    assert_int_equal(rvx_loop_new(NULL, &matrix.loop, NULL), 0);
    for (size_t number = 0; (mode = mode_at(number)) != NULL; number++) {
        for (int i = 0; i < KINDS * 2 && is_chosen(mode); i++) {
            matrix.attempts[matrix.n++] = (struct attempt){
                .matrix = &matrix,
                .mode = mode,
                .number = number,
                .tcp = i >= KINDS,
                .kind = (enum kind)(i % KINDS),
            };
        }
    }
    assert_true(matrix.n > 0);
    for (int i = 0; i < AT_ONCE; i++)
        start_next(&matrix);
    assert_int_equal(rvx_loop_run(matrix.loop), 0);

    assert_int_equal(judge(&matrix), 0);
    for (size_t i = 0; i < matrix.n; i++)
        rvx_resolver_free(matrix.attempts[i].resolver);
    rvx_loop_free(matrix.loop);
    free(matrix.attempts);
    close(matrix.stop);
    assert_int_equal(waitpid(matrix.pid, &status, 0), matrix.pid);
    assert_int_equal(status, 0);
}

int main(int argc, char **argv)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_matrix),
    };

    if (argc > 1)
        chosen = argv + 1;
    return cmocka_run_group_tests_name("hostile", tests, NULL, NULL);
}
