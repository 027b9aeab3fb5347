/* test_modes.c - hostile-dns: every mode sends what it says
 *
 * A mode is asked as a client would ask it; what it sends is told in words and compared. The words for a message:
 * "good" for the good answer byte by byte, otherwise its rcode if it has one, in what it differs from the question
 * asked, the counts of its sections if they are not one answer and OPT, what is odd about its first record, whose data
 * is in it. "+" stands before what is sent 150 ms later. Then the server itself: a datagram and a stream.
 */
#include "support/test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hostile/serve.h"

/* ---- asking ------------------------------------------------------------------------------------------------------ */

/* A query for x.MODE.hostile.test as a client of today sends it: mixed case, OPT with a cookie. */
static size_t make_query(uint8_t bytes[512], const char *mode, unsigned type, bool edns)
{
    static const uint8_t opt[] = {0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 12, 0, 10, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8};
    struct data name;
    char text[128];
    size_t len = HEADER_LEN;

    snprintf(text, sizeof text, "x.%s.hOsTile.tEsT", mode);
    data_name(&name, text);
    memcpy(bytes, (const uint8_t[HEADER_LEN]){0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, edns}, HEADER_LEN);
    memcpy(bytes + len, name.bytes, name.len);
    len += name.len;
    memcpy(bytes + len, (const uint8_t[]){0, (uint8_t)type, 0, 1}, 4);
    len += 4;
    if (edns) {
        memcpy(bytes + len, opt, sizeof opt);
        len += sizeof opt;
    }
    return len;
}

/* ---- telling ----------------------------------------------------------------------------------------------------- */

static unsigned u16_at(const uint8_t *bytes, size_t at)
{
    return (unsigned)bytes[at] << 8 | bytes[at + 1];
}

static bool holds(const struct step *step, const struct data *data)
{
    return data->len > 0 && memmem(step->bytes, step->len, data->bytes, data->len) != NULL;
}

__attribute__((format(printf, 2, 3))) static void say(char *text, const char *format, ...)
{
    size_t len = strlen(text);
    va_list ap;

    va_start(ap, format);
    vsnprintf(text + len, 512 - len, format, ap);
    va_end(ap);
}

static void tell_question(char *text, const struct step *step, const struct ask *ask)
{
    const uint8_t *q = step->bytes + HEADER_LEN, *asked = ask->bytes + HEADER_LEN;

    if (u16_at(step->bytes, 4) != 1) {
        say(text, " qd=%u", u16_at(step->bytes, 4));
        return;
    }
    if (strncasecmp((const char *)q, (const char *)asked, ask->name_len) != 0)
        say(text, " name");
    else if (memcmp(q, asked, ask->name_len) != 0)
        say(text, " case");
    if (u16_at(q, ask->name_len) != ask->type)
        say(text, " type");
    if (u16_at(q, ask->name_len + 2) != CLASS_IN)
        say(text, " class");
}

/* The first record of the answer, if its owner is a pointer: in what it is not the one that was asked for. */
static void tell_record(char *text, const struct step *step, const struct ask *ask)
{
    const uint8_t *record = step->bytes + HEADER_LEN + ask->question_len;
    struct data good;

    data_good(&good, ask);
    if (u16_at(step->bytes, 4) != 1 || u16_at(step->bytes, 6) == 0 || (record[0] & 0xc0) != 0xc0)
        return;
    if (u16_at(record, 0) != 0xc000u + HEADER_LEN)
        say(text, " owner@%d", (int)(u16_at(record, 0) & 0x3fff) - (int)(HEADER_LEN + ask->question_len));
    if (u16_at(record, 2) != ask->type)
        say(text, " record-type=%u", u16_at(record, 2));
    else if (u16_at(record, 10) != good.len)
        say(text, " rdlength=%u", u16_at(record, 10));
    if (u16_at(record, 4) != CLASS_IN)
        say(text, " record-class");
    if ((record[6] & 0x80) != 0)
        say(text, " ttl");
}

static void tell_message(char *text, const struct step *step, const struct ask *ask)
{
    struct data evil, good;
    unsigned flags = u16_at(step->bytes, 2);
    const uint8_t *opt = memmem(step->bytes, step->len, "\0\0\x29\x04\xd0", 5);

    data_evil(&evil, ask);
    data_good(&good, ask);
    if ((flags & 0xf) != 0)
        say(text, " rcode=%u", flags & 0xf);
    if (opt != NULL && opt[5] != 0)
        say(text, " extended=%u", opt[5]);
    if (u16_at(step->bytes, 0) != ask->id)
        say(text, " id");
    if ((flags & FLAG_QR) == 0)
        say(text, " qr");
    if ((flags & 0x7800) != 0)
        say(text, " opcode");
    if ((flags & FLAG_TC) != 0)
        say(text, " tc");
    if ((flags & FLAG_RA) == 0)
        say(text, " no-ra");
    tell_question(text, step, ask);
    if (u16_at(step->bytes, 6) != 1)
        say(text, " an=%u", u16_at(step->bytes, 6));
    if (u16_at(step->bytes, 8) != 0)
        say(text, " ns=%u", u16_at(step->bytes, 8));
    if (u16_at(step->bytes, 10) != ask->edns)
        say(text, " ar=%u", u16_at(step->bytes, 10));
    tell_record(text, step, ask);
    say(text, "%s%s", holds(step, &evil) ? " evil" : "", holds(step, &good) ? " good-data" : "");
}

static void tell_step(char *text, const struct step *step, const struct ask *ask)
{
    static const char *const kinds[] = {"", " raw", " other-port", " other-address", " close", " reset"};
    struct message good;

    message_good(&good, ask);
    if (step->delay_ms == GOOD_DELAY_MS)
        say(text, " +");
    say(text, "%s", kinds[step->kind]);
    if (step->kind == STEP_CLOSE || step->kind == STEP_RESET)
        return;
    if (step->len == good.len && memcmp(step->bytes, good.bytes, good.len) == 0)
        say(text, " good");
    else if (step->kind == STEP_RAW || step->len < HEADER_LEN)
        say(text, " %zu", step->len);
    else
        tell_message(text, step, ask);
}

/* What the mode does with the query; of many steps the first and the last. */
static void tell_answer(char text[512], const struct mode *mode, const struct ask *ask)
{
    struct script script;

    text[0] = '\0';
    script_init(&script);
    mode->answer(ask, &script);
    for (size_t i = 0; i < script.n; i++) {
        if (i > 0 && i < script.n - 1 && script.n > 4)
            continue;
        if (i > 0)
            say(text, ";");
        tell_step(text, &script.steps[i], ask);
    }
    script_fini(&script);
}

/* ---- modes ------------------------------------------------------------------------------------------------------- */

/* The four times a mode is asked. */
enum { UDP, UDP_AGAIN, TCP, TCP_AFTER_UDP, TIMES };

static void ask_at(struct ask *ask, const uint8_t *bytes, size_t len, int when)
{
    assert_true(ask_parse(ask, bytes, len, when >= TCP));
    ask->udp_n = when == UDP_AGAIN || when == TCP_AFTER_UDP;
}

static const struct {
    const char *name;
    const char *want[TIMES]; /* NULL: as before */
} rows[] = {
    {"good", {"good"}},
    {"junk", {"3; + good"}},
    {"empty", {"0; + good"}},
    {"short-header", {"11; + good"}},
    {"wrong-id", {"id evil; + good"}},
    {"wrong-id-nxdomain", {"rcode=3 id an=0 ns=1; + good"}},
    {"wrong-name", {"name evil; + good"}},
    {"wrong-type", {"type evil; + good"}},
    {"wrong-class", {"class evil; + good"}},
    {"no-question", {"qd=0 evil; + good"}},
    {"no-question-nxdomain", {"rcode=3 qd=0 an=0 ar=0; + good"}},
    {"two-questions", {"qd=2 evil; + good"}},
    {"echo", {"qr no-ra an=0; + good"}},
    {"query-bit", {"qr evil; + good"}},
    {"query-bit-nxdomain", {"rcode=3 qr an=0 ns=1; + good"}},
    {"notify", {"opcode evil; + good"}},
    {"other-port", {"other-port evil; + good", NULL, "+ good"}},
    {"other-address", {"other-address evil; + good", NULL, "+ good"}},
    {"case-turned", {"case evil; + good"}},
    {"case-folded", {"case good-data"}},
    {"wrong-cookie", {"evil; + good"}},
    {"rdlength-overrun", {"ar=0 rdlength=44 evil; + good", NULL, NULL, "good"}},
    {"count-65535", {"an=65535 evil; + good", NULL, NULL, "good"}},
    {"pointer-to-itself", {"owner@0 evil; + good", NULL, NULL, "good"}},
    {"pointer-forward", {"owner@27 evil; + good", NULL, NULL, "good"}},
    {"cut-short", {"an=2 ar=0 evil; + good", NULL, NULL, "good"}},
    {"hidden-record", {"rdlength=20 evil good-data", NULL, NULL, "good"}},
    {"rdlength-0", {"rdlength=0", NULL, NULL, "good"}},
    {"rdlength-short", {"rdlength=3", NULL, NULL, "good"}},
    {"two-opt", {"ar=3 good-data", NULL, NULL, "good"}},
    {"opt-in-answer", {"an=2 ar=0 good-data", NULL, NULL, "good"}},
    {"tsig", {"ar=2 good-data", NULL, NULL, "good"}},
    {"trailing-bytes", {"good-data"}},
    {"ttl-negative", {"ttl good-data"}},
    {"class-ch", {"record-class evil"}},
    {"other-type", {"an=2 record-type=28 good-data"}},
    {"many-strings", {"tc an=0 ar=0", NULL, "ar=2 good-data"}},
    {"many-pointers", {"tc an=0 ar=0", NULL, "an=1501 ar=0 record-type=16 evil"}},
    {"chain-8", {"an=9 record-type=5 good-data"}},
    {"chain-20", {"an=21 record-type=5 good-data"}},
    {"chain-50", {"an=51 record-type=5 good-data"}},
    {"chain-reversed", {"an=6 good-data"}},
    {"alias-only", {"record-type=5"}},
    {"alias-glue", {"ar=2 record-type=5 evil"}},
    {"alias-loop", {"an=2 record-type=5"}},
    {"alias-to-itself", {"record-type=5"}},
    {"alias-endless", {"record-type=5"}},
    {"unrelated-only", {"evil"}},
    {"unrelated-too", {"an=2 evil good-data"}},
    {"additional-only", {"an=0 ar=2 evil"}},
    {"additional-too", {"ns=1 ar=2 evil good-data"}},
    {"label-space", {"an=2 record-type=5 good-data"}},
    {"label-nul", {"an=2 record-type=5 good-data"}},
    {"label-shell", {"an=2 record-type=5 good-data"}},
    {"label-dot", {"an=2 record-type=5 good-data"}},
    {"label-newline", {"an=2 record-type=5 good-data"}},
    {"nxdomain", {"rcode=3 an=0 ns=1"}},
    {"nodata", {"an=0 ns=1"}},
    {"nodata-bare", {"an=0"}},
    {"formerr-edns", {"rcode=1 no-ra an=0 ar=0"}},
    {"formerr-header", {"rcode=1 no-ra qd=0 an=0 ar=0"}},
    {"badvers", {"extended=1 an=0"}},
    {"badcookie", {"rcode=7 extended=1 an=0", NULL, "good"}},
    {"opt-echoed", {"good-data"}},
    {"opt-unknown", {"good-data"}},
    {"servfail-once", {"rcode=2 an=0", "good", "rcode=2 an=0", "good"}},
    {"servfail-header", {"rcode=2 no-ra qd=0 an=0 ar=0", "good", "rcode=2 no-ra qd=0 an=0 ar=0", "good"}},
    {"refused-once", {"rcode=5 an=0", "good", "rcode=5 an=0", "good"}},
    {"notimp-once", {"rcode=4 an=0", "good", "rcode=4 an=0", "good"}},
    {"lame-once", {"no-ra an=0", "good", "no-ra an=0", "good"}},
    {"servfail", {"rcode=2 an=0"}},
    {"refused", {"rcode=5 an=0"}},
    {"notimp", {"rcode=4 an=0"}},
    {"formerr", {"rcode=1 an=0"}},
    {"rcode-unknown", {"rcode=1 extended=240 an=0"}},
    {"rcode-like-nxdomain", {"rcode=3 extended=15 an=0"}},
    {"first-lost", {"", "good", "", "good"}},
    {"silent", {""}},
    {"truncated", {"tc an=0", NULL, "good"}},
    {"truncated-partial", {"tc evil", NULL, "good"}},
    {"truncated-dead", {"tc evil", NULL, "close"}},
    {"big", {"an=198 good-data"}},
    {"tcp-length-0", {"tc an=0", NULL, "raw 4; + good"}},
    {"tcp-byte-by-byte", {"tc an=0", NULL, "raw 1; raw 1"}},
    {"tcp-length-split", {"tc an=0", NULL, "raw 1; raw 77"}},
    {"tcp-two-in-one", {"tc an=0", NULL, "raw 152"}},
    {"tcp-twice", {"tc an=0", NULL, "raw 142"}},
    {"tcp-close", {"tc an=0", NULL, "close"}},
    {"tcp-reset", {"tc an=0", NULL, "reset"}},
    {"tcp-close-in-length", {"tc an=0", NULL, "raw 1; close"}},
    {"tcp-close-in-message", {"tc an=0", NULL, "raw 30; close"}},
    {"tcp-length-65535", {"tc an=0", NULL, "raw 78; + close"}},
    {"tcp-truncated", {"tc an=0", NULL, "tc good-data"}},
};

static void test_modes(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct mode *mode = mode_at(i);
        const char *want = NULL;

        assert_non_null(mode);
        assert_string_equal(mode->name, rows[i].name);
        for (int when = 0; when < TIMES; when++) {
            uint8_t bytes[512];
            struct ask ask;
            char text[512];

            ask_at(&ask, bytes, make_query(bytes, mode->name, TYPE_A, true), when);
            tell_answer(text, mode, &ask);
            want = rows[i].want[when] != NULL ? rows[i].want[when] : want;
            if (strcmp(text[0] == ' ' ? text + 1 : text, want) != 0)
                print_error("mode %s, time %d\n", mode->name, when);
            assert_string_equal(text[0] == ' ' ? text + 1 : text, want);
        }
    }
    assert_null(mode_at(COUNT_OF(rows)));
}

static bool is_mode(size_t row, const char *prefix)
{
    return strncmp(rows[row].name, prefix, strlen(prefix)) == 0;
}

/* Of the other types each mode makes the same of as of A, but for the numbers that depend on lengths. */
static void test_types(void **state)
{
    static const unsigned types[] = {TYPE_AAAA, TYPE_PTR};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        for (size_t t = 0; t < COUNT_OF(types); t++) {
            uint8_t bytes[512];
            struct ask ask;
            char text[512], asked_a[512];

            ask_at(&ask, bytes, make_query(bytes, rows[i].name, TYPE_A, true), UDP);
            tell_answer(asked_a, mode_at(i), &ask);
            ask_at(&ask, bytes, make_query(bytes, rows[i].name, types[t], true), UDP);
            tell_answer(text, mode_at(i), &ask);
            /* A name without its last byte, the root, goes on with the root that OPT begins with; odd names are below
             * the attacker's. */
            if (types[t] == TYPE_PTR && (is_mode(i, "rdlength-short") || is_mode(i, "label-")))
                continue;
            if ((strstr(text, "evil") == NULL) != (strstr(asked_a, "evil") == NULL) ||
                (strstr(text, "good") == NULL) != (strstr(asked_a, "good") == NULL))
                fail_msg("mode %s, type %u: %s", rows[i].name, types[t], text);
        }
    }
}

/* Modes that look at whether the client speaks EDNS. */
static void test_without_edns(void **state)
{
    static const char *const names[] = {"formerr-edns", "formerr-header", "badvers", "badcookie", "opt-echoed"};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        const struct mode *mode = mode_find(names[i], strlen(names[i]));
        uint8_t bytes[512];
        struct ask ask;
        char text[512];

        ask_at(&ask, bytes, make_query(bytes, names[i], TYPE_A, false), UDP);
        tell_answer(text, mode, &ask);
        assert_string_equal(text, " good");
    }
}

/* ---- names ------------------------------------------------------------------------------------------------------- */

static void test_names(void **state)
{
    static const struct {
        const char *name;
        const char *want;
    } names[] = {
        {"good.hostile.test", "good"},
        {"a.b.WRONG-id.Hostile.TEST", "wrong-id"},
        {"hostile.test", NULL},
        {"nothing.hostile.test", NULL},
        {"good.hostile.example", NULL},
        {"9.1.18.198.in-addr.arpa", "junk"},
        {"1.18.198.in-addr.arpa", "junk"},
        {"9.1.19.198.in-addr.arpa", NULL},
        {"9.255.18.198.in-addr.arpa", NULL},
        {"9.x.18.198.in-addr.arpa", NULL},
        {"7.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.4.0.0.0.0.0.0.0.2.0.0.0.1.0.0.2.ip6.arpa", "wrong-id"},
        {"4.0.0.0.0.0.0.0.3.0.0.0.1.0.0.2.ip6.arpa", NULL},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        uint8_t bytes[512] = {0x12, 0x34, 1, 0, 0, 1};
        struct data name;
        struct ask ask;
        const struct mode *mode;

        data_name(&name, names[i].name);
        memcpy(bytes + HEADER_LEN, name.bytes, name.len);
        bytes[HEADER_LEN + name.len + 1] = TYPE_PTR;
        bytes[HEADER_LEN + name.len + 3] = CLASS_IN;
        assert_true(ask_parse(&ask, bytes, HEADER_LEN + name.len + 4, false));
        mode = mode_of(&ask);
        if ((mode == NULL) != (names[i].want == NULL) || (mode != NULL && strcmp(mode->name, names[i].want) != 0))
            fail_msg("%s: %s", names[i].name, mode != NULL ? mode->name : "no mode");
    }
}

/* A query cut at any length, in a buffer of that very length, is no query. */
static void test_cut_queries(void **state)
{
    uint8_t whole[512];
    size_t len = make_query(whole, "good", TYPE_A, true);
    struct ask ask;

    (void)state;
    for (size_t cut = 0; cut <= len; cut++) {
        uint8_t *bytes = malloc(cut > 0 ? cut : 1);

        assert_non_null(bytes);
        memcpy(bytes, whole, cut);
        assert_int_equal(ask_parse(&ask, bytes, cut, false), cut >= len - 23);
        if (cut >= len - 23)
            assert_int_equal(ask.edns, cut == len);
        free(bytes);
    }
    assert_int_equal(ask.cookie_len, 8);
}

/* ---- the server -------------------------------------------------------------------------------------------------- */

struct running {
    uint16_t port;
    int stop;
    pid_t pid;
};

static void start_server(struct running *running)
{
    static struct server server;
    int stop[2];

    assert_int_equal(server_open(&server, "127.0.0.1", 0), 0);
    assert_int_equal(pipe(stop), 0);
    running->port = server.port;
    running->stop = stop[1];
    running->pid = fork();
    assert_true(running->pid >= 0);
    if (running->pid == 0) {
        close(stop[1]);
        server_run(&server, stop[0]);
        server_close(&server);
        _exit(0);
    }
    close(stop[0]);
    server_close(&server);
}

static void stop_server(const struct running *running)
{
    int status;

    close(running->stop);
    assert_int_equal(waitpid(running->pid, &status, 0), running->pid);
    assert_int_equal(status, 0);
}

static int connect_to(const struct running *running, int type)
{
    struct sockaddr_in addr = {.sin_family = AF_INET, .sin_port = htons(running->port)};
    struct timeval patience = {10, 0};
    int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    assert_int_equal(inet_pton(AF_INET, "127.0.0.1", &addr.sin_addr), 1);
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience), 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)&addr, sizeof addr), 0);
    return fd;
}

static bool has_good(const uint8_t *bytes, size_t len)
{
    return memmem(bytes, len, "\300\0\2\65", 4) != NULL;
}

static void test_datagrams(void **state)
{
    struct running running;
    uint8_t bytes[2048];
    ssize_t len;
    int fd;

    (void)state;
    start_server(&running);
    fd = connect_to(&running, SOCK_DGRAM);
    len = (ssize_t)make_query(bytes, "wrong-id", TYPE_A, true);
    assert_int_equal(send(fd, bytes, (size_t)len, 0), len);
    len = recv(fd, bytes, sizeof bytes, 0);
    assert_true(len > HEADER_LEN);
    assert_int_equal(u16_at(bytes, 0), 0x1235);
    len = recv(fd, bytes, sizeof bytes, 0);
    assert_true(len > HEADER_LEN);
    assert_int_equal(u16_at(bytes, 0), 0x1234);
    assert_true(has_good(bytes, (size_t)len));
    close(fd);
    stop_server(&running);
}

/* Two queries in one write: the one that is answered at once comes first, the other when its time has come. */
static void test_streams(void **state)
{
    struct running running;
    uint8_t bytes[2048], query[512];
    size_t first, len, got = 0;
    int fd;

    (void)state;
    start_server(&running);
    fd = connect_to(&running, SOCK_STREAM);
    first = make_query(query, "other-port", TYPE_A, true);
    memcpy(bytes, (const uint8_t[]){0, (uint8_t)first}, 2);
    memcpy(bytes + 2, query, first);
    len = make_query(query, "good", TYPE_A, true);
    query[0] = 0x77;
    memcpy(bytes + 2 + first, (const uint8_t[]){0, (uint8_t)len}, 2);
    memcpy(bytes + 4 + first, query, len);
    assert_int_equal(send(fd, bytes, 4 + first + len, 0), 4 + first + len);
    for (int i = 0; i < 2; i++) {
        uint8_t id[2] = {i == 0 ? 0x77 : 0x12, 0x34};

        assert_int_equal(recv(fd, bytes, 2, MSG_WAITALL), 2);
        got = u16_at(bytes, 0);
        assert_int_equal(recv(fd, bytes, got, MSG_WAITALL), got);
        assert_memory_equal(bytes, id, 2);
        assert_true(has_good(bytes, got));
    }
    close(fd);
    stop_server(&running);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_modes),   cmocka_unit_test(test_types),       cmocka_unit_test(test_without_edns),
        cmocka_unit_test(test_names),   cmocka_unit_test(test_cut_queries), cmocka_unit_test(test_datagrams),
        cmocka_unit_test(test_streams),
    };

    return cmocka_run_group_tests_name("modes", tests, NULL, NULL);
}
