#include "support/test.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "support/dnszone.h"

#define HOPS_MAX 8

struct writer {
    uint8_t bytes[2048];
    size_t len;
};

static void add(struct writer *w, const void *bytes, size_t len)
{
    assert_true(w->len + len <= sizeof w->bytes);
    memcpy(w->bytes + w->len, bytes, len);
    w->len += len;
}

static void add_number(struct writer *w, uint32_t number, size_t size)
{
    const uint8_t bytes[] = {(uint8_t)(number >> 24), (uint8_t)(number >> 16), (uint8_t)(number >> 8), (uint8_t)number};

    add(w, bytes + 4 - size, size);
}

static void add_name(struct writer *w, const char *name)
{
    while (*name != '\0') {
        size_t len = strcspn(name, ".");

        add_number(w, (uint32_t)len, 1);
        add(w, name, len);
        name += len + (name[len] == '.');
    }
    add_number(w, 0, 1);
}

static void add_hex(struct writer *w, const char *text)
{
    unsigned byte;
    int used;

    for (; sscanf(text, "%2x%n", &byte, &used) == 1; text += used)
        add_number(w, byte, 1);
}

static void add_data(struct writer *w, const struct dnszone_row *row)
{
    uint8_t addr[16];

    if (strncmp(row->data, "\\#", 2) == 0) {
        add_hex(w, row->data + 2);
        return;
    }
    switch (row->type) {
    case 1:
        assert_int_equal(inet_pton(AF_INET, row->data, addr), 1);
        add(w, addr, 4);
        break;
    case 28:
        assert_int_equal(inet_pton(AF_INET6, row->data, addr), 1);
        add(w, addr, 16);
        break;
    case 15:
        add_number(w, (uint32_t)strtoul(row->data, NULL, 10), 2);
        add_name(w, strchr(row->data, ' ') + 1);
        break;
    case 16:
        add_number(w, (uint32_t)strlen(row->data), 1);
        add(w, row->data, strlen(row->data));
        break;
    default:
        add_name(w, row->data);
    }
}

/* owner: NULL for the question's, by a pointer to it. */
static void add_record(struct writer *w, const char *owner, const struct dnszone_row *row)
{
    struct writer data = {.len = 0};

    if (owner == NULL)
        add_number(w, 0xc00c, 2);
    else
        add_name(w, owner);
    add_number(w, row->type, 2);
    add_number(w, 1, 2);
    add_number(w, row->ttl, 4);
    add_data(&data, row);
    add_number(w, (uint32_t)data.len, 2);
    add(w, data.bytes, data.len);
}

static void add_soa(struct writer *w)
{
    add_number(w, 0, 1);
    add_number(w, 6, 2);
    add_number(w, 1, 2);
    add_number(w, 3600, 4);
    add_number(w, 2 + 5 * 4, 2);
    add_number(w, 0, 2); /* two names */
    for (int i = 0; i < 4; i++)
        add_number(w, 1, 4);
    add_number(w, DNSZONE_NEGATIVE_TTL, 4);
}

struct found {
    unsigned answers;
    bool exists; /* the name at the end */
};

/* Adds the records of a name, and of the name it is an alias of. */
static struct found add_answers(struct writer *w, const struct dnsserver_query *query, const struct dnszone_row *rows,
                                size_t n, unsigned flags)
{
    struct found found = {0, false};
    const char *name = query->name;

    for (int hop = 0; hop < HOPS_MAX; hop++) {
        const char *owner = hop == 0 ? NULL : name;
        const char *next = NULL;

        found.exists = false;
        for (size_t i = 0; i < n; i++) {
            if (strcasecmp(rows[i].name, name) != 0)
                continue;
            found.exists = true;
            if (rows[i].type != query->type && rows[i].type != 5)
                continue;
            add_record(w, owner, &rows[i]);
            found.answers++;
            if (rows[i].type == 5 && query->type != 5)
                next = rows[i].data;
        }
        if (next == NULL || (flags & DNSZONE_NO_FOLLOW) != 0) {
            found.exists = found.exists || next != NULL;
            return found;
        }
        name = next;
    }
    return found;
}

void dnszone_answer(const struct dnsserver_query *query, const struct dnszone_row *rows, size_t n, unsigned flags)
{
    struct writer w = {.len = 0}, answers = {.len = 0};
    struct found found = add_answers(&answers, query, rows, n, flags);
    bool soa = (!found.exists || found.answers == 0) && (flags & DNSZONE_NO_SOA) == 0;
    const uint8_t *end = memchr(query->bytes + 12, 0, query->len - 12);

    assert_non_null(end);
    add_number(&w, query->id, 2);
    add_number(&w, 0x8180u | (flags & DNSZONE_AD ? 0x20u : 0) | (found.exists ? 0 : 3), 2);
    add_number(&w, 1, 2);
    add_number(&w, found.answers, 2);
    add_number(&w, soa, 2);
    add_number(&w, 0, 2);
    add(&w, query->bytes + 12, (size_t)(end + 5 - (query->bytes + 12)));
    add(&w, answers.bytes, answers.len);
    if (soa)
        add_soa(&w);
    dnsserver_send(query, w.bytes, w.len);
}
