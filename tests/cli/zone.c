/* zone.c - a DNS server for the tests of the programs: answers from a zone file, on loopback
 *
 *     zone FILE           prints "127.0.0.1:PORT", then answers over UDP and TCP until it is killed
 *
 * FILE has records as in a master file (RFC 1035), one a line; owners are absolute. Aliases are followed within the
 * file. A name that is not there does not exist; one that is there with other types has no data; negative answers carry
 * the SOA of the file. Messages are read and written with ldns, so that the library is tested against another's idea of
 * the format. Labels at the front of a name change how it is answered:
 *
 *     silent.   not at all        servfail.   SERVFAIL        big.   over UDP only the TC bit
 *     forged.   over UDP first with another id
 */
#include <config.h>

#include <arpa/inet.h>
#include <ldns/ldns.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MESSAGE_MAX 65535
#define HOPS_MAX 16

static ldns_rr_list *zone;
static ldns_rr *soa;

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static void read_zone(const char *path)
{
    FILE *file = fopen(path, "r");
    char line[4096];

    if (file == NULL)
        die(path);
    zone = ldns_rr_list_new();
    while (fgets(line, sizeof line, file) != NULL) {
        ldns_rr *rr = NULL;

        line[strcspn(line, "\n")] = '\0';
        if (line[0] == '\0' || line[0] == ';')
            continue;
        if (ldns_rr_new_frm_str(&rr, line, 0, NULL, NULL) != LDNS_STATUS_OK) {
            fprintf(stderr, "%s: %s\n", path, line);
            exit(1);
        }
        if (ldns_rr_get_type(rr) == LDNS_RR_TYPE_SOA)
            soa = rr;
        else
            ldns_rr_list_push_rr(zone, rr);
    }
    fclose(file);
}

/* Adds what the file has for a name. Returns: is the name there at all? *alias: the target of its CNAME, or NULL. */
static bool add_records(ldns_pkt *reply, const ldns_rdf *name, ldns_rr_type type, const ldns_rdf **alias)
{
    bool there = false;

    *alias = NULL;
    for (size_t i = 0; i < ldns_rr_list_rr_count(zone); i++) {
        ldns_rr *rr = ldns_rr_list_rr(zone, i);

        if (ldns_dname_compare(ldns_rr_owner(rr), name) != 0)
            continue;
        there = true;
        if (ldns_rr_get_type(rr) != type && ldns_rr_get_type(rr) != LDNS_RR_TYPE_CNAME)
            continue;
        ldns_pkt_push_rr(reply, LDNS_SECTION_ANSWER, ldns_rr_clone(rr));
        if (ldns_rr_get_type(rr) != type)
            *alias = ldns_rr_rdf(rr, 0);
    }
    return there;
}

static bool starts(const ldns_rdf *name, const char *label)
{
    const uint8_t *data = ldns_rdf_data(name);

    return data[0] == strlen(label) && strncasecmp((const char *)data + 1, label, data[0]) == 0;
}

static void answer_question(ldns_pkt *reply, const ldns_rr *question, bool tcp)
{
    const ldns_rdf *name = ldns_rr_owner(question);
    bool there = true;

    if (starts(name, "servfail")) {
        ldns_pkt_set_rcode(reply, LDNS_RCODE_SERVFAIL);
        return;
    }
    if (starts(name, "big") && !tcp) {
        ldns_pkt_set_tc(reply, true);
        return;
    }
    for (int i = 0; name != NULL && i < HOPS_MAX; i++)
        there = add_records(reply, name, ldns_rr_get_type(question), &name);
    if (!there)
        ldns_pkt_set_rcode(reply, LDNS_RCODE_NXDOMAIN);
    if (soa != NULL && (!there || ldns_pkt_ancount(reply) == 0))
        ldns_pkt_push_rr(reply, LDNS_SECTION_AUTHORITY, ldns_rr_clone(soa));
}

/* Answers a message. Returns the answer's length; 0: none. */
static size_t answer(const uint8_t *bytes, size_t len, bool tcp, uint8_t out[MESSAGE_MAX])
{
    ldns_pkt *query = NULL;
    ldns_pkt *reply;
    ldns_rr *question;
    uint8_t *wire = NULL;
    size_t wire_len = 0;

    if (ldns_wire2pkt(&query, bytes, len) != LDNS_STATUS_OK)
        return 0;
    question = ldns_rr_list_rr(ldns_pkt_question(query), 0);
    if (question == NULL || starts(ldns_rr_owner(question), "silent")) {
        ldns_pkt_free(query);
        return 0;
    }
    reply = ldns_pkt_new();
    ldns_pkt_set_id(reply, ldns_pkt_id(query));
    ldns_pkt_set_qr(reply, true);
    ldns_pkt_set_aa(reply, true);
    ldns_pkt_set_ra(reply, true);
    ldns_pkt_set_rd(reply, ldns_pkt_rd(query));
    ldns_pkt_push_rr(reply, LDNS_SECTION_QUESTION, ldns_rr_clone(question));
    answer_question(reply, question, tcp);
    if (ldns_pkt2wire(&wire, reply, &wire_len) == LDNS_STATUS_OK && wire_len <= MESSAGE_MAX)
        memcpy(out, wire, wire_len);
    free(wire);
    ldns_pkt_free(reply);
    ldns_pkt_free(query);
    return wire_len;
}

static int open_socket(int type, struct sockaddr_in *address)
{
    socklen_t len = sizeof *address;
    int fd = socket(AF_INET, type, 0);

    if (fd < 0 || bind(fd, (struct sockaddr *)address, len) < 0 ||
        getsockname(fd, (struct sockaddr *)address, &len) < 0)
        return -1;
    return fd;
}

/* A copy of an answer as somebody would send it who has to guess the id. */
static void send_forgery(int fd, uint8_t *message, size_t len, const struct sockaddr_in *to)
{
    message[0] ^= 0x55;
    (void)!sendto(fd, message, len, 0, (const struct sockaddr *)to, sizeof *to);
    message[0] ^= 0x55;
}

static void serve_udp(int fd)
{
    static uint8_t in[MESSAGE_MAX], out[MESSAGE_MAX];
    struct sockaddr_in from;
    socklen_t from_len = sizeof from;
    ssize_t n = recvfrom(fd, in, sizeof in, 0, (struct sockaddr *)&from, &from_len);
    size_t len = n > 0 ? answer(in, (size_t)n, false, out) : 0;

    if (len > 19 && strncasecmp((const char *)out + 12, "\6forged", 7) == 0)
        send_forgery(fd, out, len, &from);
    if (len > 0)
        (void)!sendto(fd, out, len, 0, (struct sockaddr *)&from, from_len);
}

/* One connection after the other, each for a moment: clients that keep theirs open ask again on a new one. */
static void serve_tcp(int listener)
{
    static uint8_t in[2 + MESSAGE_MAX], out[2 + MESSAGE_MAX];
    struct timeval patience = { .tv_usec = 200000 };
    int fd = accept(listener, NULL, NULL);
    size_t want;
    size_t len;

    if (fd < 0)
        return;
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    while (recv(fd, in, 2, MSG_WAITALL) == 2) {
        want = (size_t)in[0] << 8 | in[1];
        if (recv(fd, in + 2, want, MSG_WAITALL) != (ssize_t)want)
            break;
        len = answer(in + 2, want, true, out + 2);
        if (len == 0)
            continue;
        out[0] = (uint8_t)(len >> 8);
        out[1] = (uint8_t)len;
        if (send(fd, out, len + 2, MSG_NOSIGNAL) < 0)
            break;
    }
    close(fd);
}

int main(int argc, char **argv)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    struct pollfd fds[2] = { { .events = POLLIN }, { .events = POLLIN } };

    if (argc != 2) {
        fputs("usage: zone FILE\n", stderr);
        return 2;
    }
    read_zone(argv[1]);
    for (int i = 0; i < 50; i++) { /* until a port is free for both */
        address.sin_port = 0;
        fds[0].fd = open_socket(SOCK_DGRAM, &address);
        fds[1].fd = fds[0].fd >= 0 ? open_socket(SOCK_STREAM, &address) : -1;
        if (fds[1].fd >= 0)
            break;
        close(fds[0].fd);
    }
    if (fds[1].fd < 0 || listen(fds[1].fd, 16) < 0)
        die("socket");
    printf("127.0.0.1:%d\n", ntohs(address.sin_port));
    fflush(stdout);
    while (poll(fds, 2, 600 * 1000) > 0) {
        if (fds[0].revents != 0)
            serve_udp(fds[0].fd);
        if (fds[1].revents != 0)
            serve_tcp(fds[1].fd);
    }
    return 0;
}
